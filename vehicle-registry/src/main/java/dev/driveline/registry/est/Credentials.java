package dev.driveline.registry.est;

import dev.driveline.registry.certificate.Applicant;
import dev.driveline.registry.vehicle.TboxSerial;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What an applicant shows: a certificate in TLS, else HTTP Basic. Source: RFC 7030 §3.2.3, §3.3.2.
 */
final class Credentials {

    private Credentials() {}

    /** The certificate that TLS has checked; null for none. */
    static @Nullable Shown shown(
            HttpServerRequest request, Function<X509Certificate, Shown> recognise) {
        SSLSession session = request.connection().sslSession();
        try {
            return session != null
                            && session.getPeerCertificates()[0] instanceof X509Certificate shown
                    ? recognise.apply(shown)
                    : null;
        } catch (SSLPeerUnverifiedException none) {
            return null;
        }
    }

    /** A one-time token; null for none that can be read. */
    static Applicant.@Nullable Token tokenOf(@Nullable String header) {
        if (header == null || !header.regionMatches(true, 0, "Basic ", 0, 6)) {
            return null;
        }
        try {
            String pair =
                    new String(
                            Base64.getDecoder().decode(header.substring(6).strip()),
                            StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon < 0
                    ? null
                    : new Applicant.Token(
                            new TboxSerial(pair.substring(0, colon)), pair.substring(colon + 1));
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }
}
