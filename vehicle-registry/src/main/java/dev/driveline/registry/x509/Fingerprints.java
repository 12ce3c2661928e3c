package dev.driveline.registry.x509;

import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.security.auth.x500.X500Principal;

/** How certificates and issuers are named in access rules. */
public final class Fingerprints {

    private Fingerprints() {}

    /** SHA-256 of the certificate, hexadecimal: the id of a trust anchor. */
    public static String of(X509Certificate certificate) {
        try {
            return sha256(certificate.getEncoded());
        } catch (CertificateEncodingException impossible) {
            throw new IllegalStateException("a certificate that was read", impossible);
        }
    }

    /** SHA-256 of the SubjectPublicKeyInfo, hexadecimal. */
    public static String of(PublicKey key) {
        return sha256(key.getEncoded());
    }

    /** As {@link #of(PublicKey)}, of the key in a certificate in DER. */
    public static String ofKeyIn(byte[] certificate) {
        return of(read(certificate).getPublicKey());
    }

    /** As {@link #of(X500Principal)}, of the subject of a certificate in DER. */
    public static String ofNameIn(byte[] certificate) {
        return of(read(certificate).getSubjectX500Principal());
    }

    /** SHA-256 of the DER name, hexadecimal. */
    public static String of(X500Principal name) {
        return sha256(name.getEncoded());
    }

    private static X509Certificate read(byte[] certificate) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(certificate));
        } catch (CertificateException impossible) {
            throw new IllegalStateException("a certificate that was kept", impossible);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
