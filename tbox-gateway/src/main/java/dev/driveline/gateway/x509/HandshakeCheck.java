package dev.driveline.gateway.x509;

import dev.driveline.gateway.identity.RefusedChainException;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Refuses a chain inside the TLS handshake; the exception says why to who looks after the
 * handshake, since TLS itself tells no more than an alert.
 *
 * <p>Called on event loops and, with BoringSSL, on its own threads. Not called when a session is
 * resumed: the same judgement is made at every CONNECT, from the session's certificates.
 */
public final class HandshakeCheck extends X509ExtendedTrustManager {

    private static final X509Certificate[] ANY_ISSUER = {};

    private final VehicleTrust trust;

    public HandshakeCheck(VehicleTrust trust) {
        this.trust = trust;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        if (trust.judge(chain) instanceof VehicleTrust.Verdict.Refused refused) {
            throw new RefusedChainException(refused.refusal());
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
