package dev.driveline.testkit;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.jspecify.annotations.Nullable;

/**
 * An authority of any shape, to build chains that are wrong in one way; EC P-256. For chains as
 * they should be there is {@link TestCa}. Thread: any.
 *
 * @param above the authorities above it without the root, its own certificate first; empty for a
 *     root
 */
public record TestAuthority(
        X509Certificate certificate, PrivateKey key, List<X509Certificate> above) {

    private static final Duration LIFE = Duration.ofDays(365);

    /**
     * What a certificate says of itself.
     *
     * @param pathLength authorities below it; -1 for any number
     */
    public record Shape(
            boolean authority, boolean signs, int pathLength, Instant from, Instant until) {

        /** An authority as it should be. */
        public static Shape good() {
            Instant now = Instant.now();
            return new Shape(true, true, -1, now.minus(Duration.ofHours(1)), now.plus(LIFE));
        }

        public Shape withoutAuthority() {
            return new Shape(false, signs, -1, from, until);
        }

        public Shape withoutSigning() {
            return new Shape(authority, false, pathLength, from, until);
        }

        public Shape withPathLength(int most) {
            return new Shape(authority, signs, most, from, until);
        }

        public Shape valid(Instant newFrom, Instant newUntil) {
            return new Shape(authority, signs, pathLength, newFrom, newUntil);
        }
    }

    /** A root with a key of its own, also where another root has the same name. */
    public static TestAuthority root(String commonName) {
        KeyPair keys = TestCa.newKeys();
        X500Principal name = new X500Principal("CN=" + commonName);
        return new TestAuthority(
                certificate(name, keys.getPrivate(), name, keys.getPublic(), Shape.good()),
                keys.getPrivate(),
                List.of());
    }

    /** An authority below this one. */
    public TestAuthority authority(String commonName, Shape shape) {
        KeyPair keys = TestCa.newKeys();
        X509Certificate own =
                certificate(
                        certificate.getSubjectX500Principal(),
                        key,
                        new X500Principal("CN=" + commonName),
                        keys.getPublic(),
                        shape);
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(own);
        chain.addAll(above);
        return new TestAuthority(own, keys.getPrivate(), chain);
    }

    /** This authority shown as if it were a vehicle. */
    public TestIdentity asIdentity() {
        return new TestIdentity(key, above.isEmpty() ? List.of(certificate) : above);
    }

    /** A vehicle's certificate as it should be. */
    public TestIdentity vehicle(String tenant, String vin) {
        return vehicle(tenant, vin, List.of(KeyPurposeId.id_kp_clientAuth), null);
    }

    /** Without an extended key usage. */
    public TestIdentity vehicleWithoutUsage(String tenant, String vin) {
        return vehicle(tenant, vin, List.of(), null);
    }

    /** It names a revocation list and a responder at this address. */
    public TestIdentity vehicleWithRevocationAt(String tenant, String vin, String url) {
        return vehicle(tenant, vin, List.of(KeyPurposeId.id_kp_clientAuth), url);
    }

    private TestIdentity vehicle(
            String tenant,
            String vin,
            List<KeyPurposeId> purposes,
            @Nullable String revocationUrl) {
        KeyPair keys = TestCa.newKeys();
        Shape shape = Shape.good();
        JcaX509v3CertificateBuilder builder =
                builder(
                        certificate.getSubjectX500Principal(),
                        new X500Principal("CN=" + vin + ", O=" + tenant),
                        keys.getPublic(),
                        shape);
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            if (!purposes.isEmpty()) {
                builder.addExtension(
                        Extension.extendedKeyUsage,
                        false,
                        new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)));
            }
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(uri("urn:vin:" + vin)));
            if (revocationUrl != null) {
                addRevocation(builder, revocationUrl);
            }
        } catch (IOException wrong) {
            throw new IllegalStateException("certificate of " + vin, wrong);
        }
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(TestCa.sign(builder, key));
        chain.addAll(above);
        return new TestIdentity(keys.getPrivate(), chain);
    }

    private static void addRevocation(JcaX509v3CertificateBuilder builder, String url)
            throws IOException {
        builder.addExtension(
                Extension.cRLDistributionPoints,
                false,
                new CRLDistPoint(
                        new DistributionPoint[] {
                            new DistributionPoint(
                                    new DistributionPointName(new GeneralNames(uri(url))),
                                    null,
                                    null)
                        }));
        builder.addExtension(
                Extension.authorityInfoAccess,
                false,
                new AuthorityInformationAccess(AccessDescription.id_ad_ocsp, uri(url)));
    }

    private static GeneralName uri(String value) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, value);
    }

    private static X509Certificate certificate(
            X500Principal issuer,
            PrivateKey issuerKey,
            X500Principal subject,
            PublicKey publicKey,
            Shape shape) {
        JcaX509v3CertificateBuilder builder = builder(issuer, subject, publicKey, shape);
        try {
            builder.addExtension(
                    Extension.basicConstraints,
                    true,
                    shape.pathLength() < 0
                            ? new BasicConstraints(shape.authority())
                            : new BasicConstraints(shape.pathLength()));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(
                            shape.signs()
                                    ? KeyUsage.keyCertSign | KeyUsage.cRLSign
                                    : KeyUsage.digitalSignature));
            return TestCa.sign(builder, issuerKey);
        } catch (IOException wrong) {
            throw new IllegalStateException("certificate of " + subject, wrong);
        }
    }

    private static JcaX509v3CertificateBuilder builder(
            X500Principal issuer, X500Principal subject, PublicKey key, Shape shape) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                TestCa.newSerial(),
                Date.from(shape.from()),
                Date.from(shape.until()),
                subject,
                key);
    }

    /** Its fingerprint as access rules name it: SHA-256 in hexadecimal. */
    public String id() {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
