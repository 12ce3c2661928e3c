package dev.driveline.registry.x509;

import dev.driveline.contract.error.InvalidValueException;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Certificates in PEM, as somebody pastes them. Source: RFC 7468 §5. */
public final class PemCertificates {

    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
    private static final String END = "-----END CERTIFICATE-----";

    private PemCertificates() {}

    /**
     * One or more; what stands between them is not read.
     *
     * @param most that are taken
     * @throws InvalidValueException saying which cannot be read, or that there are none or too many
     */
    public static List<X509Certificate> parse(String pem, int most) {
        List<X509Certificate> found = new ArrayList<>();
        int from = pem.indexOf(BEGIN);
        while (from >= 0) {
            int end = pem.indexOf(END, from);
            if (end < 0) {
                throw wrong(found.size() + 1, "it has no " + END);
            }
            if (found.size() == most) {
                throw new InvalidValueException("pem", "more certificates", "at most " + most);
            }
            found.add(certificate(found.size() + 1, pem.substring(from + BEGIN.length(), end)));
            from = pem.indexOf(BEGIN, end);
        }
        if (found.isEmpty()) {
            throw new InvalidValueException("pem", pem, "expected " + BEGIN);
        }
        return found;
    }

    /** The text of certificates. */
    public static String text(List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
        try {
            for (X509Certificate one : certificates) {
                text.append(BEGIN).append('\n').append(lines.encodeToString(one.getEncoded()));
                text.append('\n').append(END).append('\n');
            }
        } catch (CertificateException impossible) {
            throw new IllegalStateException("a certificate that was read", impossible);
        }
        return text.toString();
    }

    private static X509Certificate certificate(int number, String base64) {
        try {
            byte[] der = Base64.getMimeDecoder().decode(base64);
            ByteArrayInputStream in = new ByteArrayInputStream(der);
            X509Certificate certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(in);
            if (in.available() > 0) {
                throw wrong(number, "something follows it within its frame");
            }
            // Parsing is lazy: what is asked for later must fail here.
            var _ = certificate.getPublicKey();
            var _ = certificate.getExtendedKeyUsage();
            var _ = certificate.getSubjectAlternativeNames();
            return certificate;
        } catch (CertificateException | IllegalArgumentException broken) {
            throw broken instanceof InvalidValueException said
                    ? said
                    : wrong(number, "it is no X.509 certificate in Base64");
        }
    }

    private static InvalidValueException wrong(int number, String what) {
        return new InvalidValueException("pem", "certificate " + number, what);
    }
}
