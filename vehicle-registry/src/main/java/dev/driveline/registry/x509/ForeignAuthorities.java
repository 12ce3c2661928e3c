package dev.driveline.registry.x509;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.registry.certificate.AuthorityRecord;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/** Authorities of automakers that already have a PKI, as somebody hands them in. */
public final class ForeignAuthorities {

    private static final int MIN_RSA_BITS = 3_072;
    private static final int MIN_EC_BITS = 256;
    private static final int KEY_CERT_SIGN = 5;
    private static final int MAX_PREFIXES = 100;

    /** A world manufacturer identifier at least, as ISO 3780 gives them out. */
    private static final Pattern PREFIX = Pattern.compile("[A-HJ-NPR-Z0-9]{3,16}");

    private ForeignAuthorities() {}

    /**
     * Checks the certificate of an authority and for whom it is to speak.
     *
     * @throws InvalidValueException saying what is wrong with it
     */
    public static AuthorityRecord read(
            String pem, TenantId tenant, List<String> vinPrefixes, Instant now) {
        X509Certificate certificate = PemCertificates.parse(pem, 1).getFirst();
        String name = certificate.getSubjectX500Principal().getName();
        boolean[] usage = certificate.getKeyUsage();
        if (certificate.getBasicConstraints() < 0 || (usage != null && !usage[KEY_CERT_SIGN])) {
            throw wrong(name, "it is no authority (basic constraints, key usage keyCertSign)");
        }
        if (now.isAfter(certificate.getNotAfter().toInstant())) {
            throw wrong(name, "it ended " + certificate.getNotAfter().toInstant());
        }
        if (!isStrong(certificate.getPublicKey())) {
            throw wrong(name, "expected an EC key of P-256 or more, or RSA of 3072 bits or more");
        }
        if (vinPrefixes.isEmpty() || vinPrefixes.size() > MAX_PREFIXES) {
            throw new InvalidValueException(
                    "vinPrefixes", vinPrefixes.size(), "expected 1 to " + MAX_PREFIXES);
        }
        for (String prefix : vinPrefixes) {
            if (!PREFIX.matcher(prefix).matches()) {
                throw new InvalidValueException(
                        "vinPrefixes", prefix, "expected 3 to 16 characters of a VIN");
            }
        }
        try {
            return new AuthorityRecord(
                    Fingerprints.of(certificate),
                    tenant,
                    AuthorityRecord.Kind.FOREIGN,
                    AuthorityRecord.State.IN_FORCE,
                    List.copyOf(vinPrefixes),
                    certificate.getEncoded(),
                    null,
                    null);
        } catch (CertificateEncodingException impossible) {
            throw new IllegalStateException("a certificate that was read", impossible);
        }
    }

    private static boolean isStrong(PublicKey key) {
        return switch (key) {
            case ECKey ec -> ec.getParams().getCurve().getField().getFieldSize() >= MIN_EC_BITS;
            case RSAKey rsa -> rsa.getModulus().bitLength() >= MIN_RSA_BITS;
            default -> false;
        };
    }

    private static InvalidValueException wrong(String name, String what) {
        return new InvalidValueException("authority", name, what);
    }
}
