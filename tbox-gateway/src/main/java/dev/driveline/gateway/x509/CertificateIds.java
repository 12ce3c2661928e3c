package dev.driveline.gateway.x509;

import dev.driveline.gateway.identity.CertificateId;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Reads from certificates what identities and revocations need. Source: RFC 5280 §4.1, §4.2.1.6.
 */
final class CertificateIds {

    private static final int SAN_URI = 6;
    private static final int MAX_ISSUERS = 1_024;

    /** Hashes of issuers' names: a fleet has few issuers and many certificates. */
    private static final ConcurrentMap<X500Principal, String> ISSUERS = new ConcurrentHashMap<>();

    private CertificateIds() {}

    static CertificateId of(X509Certificate certificate) {
        return new CertificateId(
                issuerHash(certificate.getIssuerX500Principal()),
                certificate.getSerialNumber().toString(16));
    }

    private static String issuerHash(X500Principal issuer) {
        if (ISSUERS.size() >= MAX_ISSUERS) {
            ISSUERS.clear();
        }
        return ISSUERS.computeIfAbsent(issuer, name -> sha256(name.getEncoded()));
    }

    static String fingerprint(X509Certificate certificate) throws CertificateEncodingException {
        return sha256(certificate.getEncoded());
    }

    static List<String> sanUris(X509Certificate certificate) throws CertificateParsingException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        List<String> uris = new ArrayList<>();
        if (names != null) {
            for (List<?> name : names) {
                if (name.get(0) instanceof Integer kind && kind == SAN_URI) {
                    uris.add(String.valueOf(name.get(1)));
                }
            }
        }
        return uris;
    }

    /** The only O of the subject; null if there is none or more than one. */
    static @Nullable String organisation(X509Certificate certificate) {
        try {
            List<Rdn> found =
                    new LdapName(certificate.getSubjectX500Principal().getName())
                            .getRdns().stream()
                                    .filter(rdn -> rdn.getType().equalsIgnoreCase("O"))
                                    .toList();
            return found.size() == 1 ? String.valueOf(found.getFirst().getValue()) : null;
        } catch (InvalidNameException unreadable) {
            return null;
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
