package dev.driveline.gateway.x509;

import dev.driveline.gateway.identity.RefusalReason;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Refuses a chain inside the TLS handshake, and tells why to who listens, since TLS itself cannot.
 *
 * <p>Called on event loops and, with BoringSSL, on its own threads. No session is resumed past it:
 * the same judgement is made at every CONNECT.
 */
public final class HandshakeCheck extends X509ExtendedTrustManager {

    private static final X509Certificate[] ANY_ISSUER = {};

    private final VehicleTrust trust;
    private final Refusals refusals;

    /** Hears of every refused chain. */
    @FunctionalInterface
    public interface Refusals {
        void refused(RefusalReason reason, String why, String leaf);
    }

    public HandshakeCheck(VehicleTrust trust, Refusals refusals) {
        this.trust = trust;
        this.refusals = refusals;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        if (trust.judge(chain) instanceof VehicleTrust.Verdict.Refused refused) {
            refusals.refused(refused.reason(), refused.why(), refused.leaf());
            throw new CertificateException(refused.leaf() + ": " + refused.why());
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw new CertificateException("the gateway is no TLS client");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    /** None are named in the request, so that anchors can change while the port is open. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return ANY_ISSUER;
    }
}
