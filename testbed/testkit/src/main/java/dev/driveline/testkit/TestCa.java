package dev.driveline.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority for tests: a root, an intermediate, and what the intermediate issues; EC
 * P-256 throughout.
 *
 * <p>A vehicle's certificate has the subject {@code CN=<VIN>, O=<tenant>} and the subject
 * alternative name {@code urn:vin:<VIN>}. Those that are wrong on purpose say in which way. A
 * certificate of another authority is one of another {@code TestCa.create()}. Thread: any.
 */
public final class TestCa {
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final Duration SKEW = Duration.ofHours(1);
    private static final Duration CA_LIFE = Duration.ofDays(3650);
    private static final AtomicLong SERIALS = new AtomicLong(System.nanoTime() & 0xFFFF_FFFFL);

    private final X509Certificate root;
    private final PrivateKey rootKey;
    private final X509Certificate intermediate;
    private final PrivateKey intermediateKey;
    private final AtomicLong crlNumbers = new AtomicLong();

    private TestCa(
            X509Certificate root,
            PrivateKey rootKey,
            X509Certificate intermediate,
            PrivateKey intermediateKey) {
        this.root = root;
        this.rootKey = rootKey;
        this.intermediate = intermediate;
        this.intermediateKey = intermediateKey;
    }

    /** A new authority; no other one's certificates verify against it. */
    public static TestCa create() {
        String number = Long.toString(SERIALS.incrementAndGet(), 36);
        X500Principal rootName = new X500Principal("CN=Test Root " + number);
        KeyPair rootKeys = newKeys();
        X509Certificate root =
                authority(
                        rootName,
                        rootKeys.getPrivate(),
                        rootKeys.getPublic(),
                        rootName,
                        rootKeys.getPublic(),
                        1);
        KeyPair keys = newKeys();
        X509Certificate intermediate =
                authority(
                        rootName,
                        rootKeys.getPrivate(),
                        rootKeys.getPublic(),
                        new X500Principal("CN=Test Vehicles " + number),
                        keys.getPublic(),
                        0);
        return new TestCa(root, rootKeys.getPrivate(), intermediate, keys.getPrivate());
    }

    private static X509Certificate authority(
            X500Principal issuer,
            PrivateKey issuerKey,
            PublicKey issuerPublicKey,
            X500Principal subject,
            PublicKey publicKey,
            int pathLength) {
        Instant now = Instant.now();
        try {
            JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
            JcaX509v3CertificateBuilder builder =
                    new JcaX509v3CertificateBuilder(
                            issuer,
                            newSerial(),
                            Date.from(now.minus(SKEW)),
                            Date.from(now.plus(CA_LIFE)),
                            subject,
                            publicKey);
            builder.addExtension(
                    Extension.basicConstraints, true, new BasicConstraints(pathLength));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    ids.createSubjectKeyIdentifier(publicKey));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    ids.createAuthorityKeyIdentifier(issuerPublicKey));
            return sign(builder, issuerKey);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("certificate of " + subject, e);
        }
    }

    static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key) {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
        } catch (OperatorException | GeneralSecurityException e) {
            throw new IllegalStateException("certificate signature", e);
        }
    }

    static BigInteger newSerial() {
        return BigInteger.valueOf(SERIALS.incrementAndGet());
    }

    /** A new EC P-256 key pair. */
    public static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }

    /** The root: what a peer trusts. */
    public X509Certificate root() {
        return root;
    }

    /** The root's key, to issue from it on purpose; the intermediate signs everything here. */
    public PrivateKey rootKey() {
        return rootKey;
    }

    /** The intermediate: the issuer of everything below. */
    public X509Certificate intermediate() {
        return intermediate;
    }

    /** The intermediate's key, for a service under test that is to issue itself. */
    public PrivateKey intermediateKey() {
        return intermediateKey;
    }

    /** The intermediate as an identity, its chain ending with the root. */
    public TestIdentity authority() {
        return new TestIdentity(intermediateKey, List.of(intermediate, root));
    }

    /** The root in PEM. */
    public String rootPem() {
        return TestIdentity.pem(List.of(root));
    }

    /** A store that trusts the root alone. */
    public KeyStore trustStore() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("root", root);
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("trust store", e);
        }
    }

    /** Writes the root as {@code ca.crt.pem} and returns the file. */
    public Path writeRootTo(Path folder) {
        try {
            Files.createDirectories(folder);
            return Files.writeString(folder.resolve("ca.crt.pem"), rootPem());
        } catch (IOException e) {
            throw new UncheckedIOException("root certificate", e);
        }
    }

    /** A certificate to be described. */
    public TestLeaf leaf() {
        return new TestLeaf(this);
    }

    /** A server on localhost, 127.0.0.1 and ::1. */
    public TestIdentity server() {
        return leaf().commonName("localhost")
                .dns("localhost")
                .ip("127.0.0.1")
                .ip("::1")
                .forServers()
                .issue();
    }

    private TestLeaf vehicleLeaf(String tenant, String vin) {
        return leaf().commonName(vin).organization(tenant).forClients();
    }

    /** A vehicle as it should be. */
    public TestIdentity vehicle(String tenant, String vin) {
        return vehicleLeaf(tenant, vin).vin(vin).issue();
    }

    /** Wrong: it ended an hour ago. */
    public TestIdentity expiredVehicle(String tenant, String vin) {
        Instant now = Instant.now();
        return vehicleLeaf(tenant, vin)
                .vin(vin)
                .valid(now.minus(Duration.ofDays(2)), now.minus(Duration.ofHours(1)))
                .issue();
    }

    /** Wrong: it begins in an hour. */
    public TestIdentity notYetValidVehicle(String tenant, String vin) {
        Instant now = Instant.now();
        return vehicleLeaf(tenant, vin)
                .vin(vin)
                .valid(now.plus(Duration.ofHours(1)), now.plus(Duration.ofDays(2)))
                .issue();
    }

    /** Wrong: no subject alternative name. */
    public TestIdentity vehicleWithoutVin(String tenant, String vin) {
        return vehicleLeaf(tenant, vin).issue();
    }

    /** Wrong: two vehicles in one certificate. */
    public TestIdentity vehicleWithTwoVins(String tenant, String vin, String other) {
        return vehicleLeaf(tenant, vin).vin(vin).vin(other).issue();
    }

    /** Wrong: its key may serve servers only. */
    public TestIdentity vehicleWithServerUsage(String tenant, String vin) {
        return leaf().commonName(vin).organization(tenant).vin(vin).forServers().issue();
    }

    /** Wrong: no tenant in the subject. */
    public TestIdentity vehicleWithoutTenant(String vin) {
        return leaf().commonName(vin).forClients().vin(vin).issue();
    }

    /** A list of the intermediate's certificates that are revoked now, good for a day. */
    public X509CRL crl(X509Certificate... revoked) {
        Instant now = Instant.now();
        Date from = Date.from(now.minus(Duration.ofMinutes(1)));
        try {
            JcaX509v2CRLBuilder builder = new JcaX509v2CRLBuilder(intermediate, from);
            builder.setNextUpdate(Date.from(now.plus(Duration.ofDays(1))));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(intermediate));
            builder.addExtension(
                    Extension.cRLNumber,
                    false,
                    new CRLNumber(BigInteger.valueOf(crlNumbers.incrementAndGet())));
            for (X509Certificate certificate : revoked) {
                builder.addCRLEntry(certificate.getSerialNumber(), from, CRLReason.keyCompromise);
            }
            return new JcaX509CRLConverter()
                    .getCRL(
                            builder.build(
                                    new JcaContentSignerBuilder(SIGNATURE).build(intermediateKey)));
        } catch (IOException | GeneralSecurityException | OperatorException e) {
            throw new IllegalStateException("revocation list", e);
        }
    }
}
