package dev.driveline.simulator.load;

import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a vehicle's key by the peer name of its engine, which is the vehicle's number: so one TLS
 * context serves the whole fleet, and its session cache tells the vehicles apart. Thread-safe.
 */
final class FleetKeys extends X509ExtendedKeyManager {

    private final Fleet fleet;

    FleetKeys(Fleet fleet) {
        this.fleet = fleet;
    }

    @Override
    public String chooseEngineClientAlias(
            String[] keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        return engine.getPeerHost();
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        byte[] der = fleet.member(Integer.parseInt(alias)).certificate();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            return new X509Certificate[] {
                (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der))
            };
        } catch (GeneralSecurityException unreadable) {
            throw new IllegalStateException("certificate of vehicle " + alias, unreadable);
        }
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        byte[] key = fleet.member(Integer.parseInt(alias)).key();
        try {
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key));
        } catch (GeneralSecurityException unreadable) {
            throw new IllegalStateException("key of vehicle " + alias, unreadable);
        }
    }

    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[0];
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[0];
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
