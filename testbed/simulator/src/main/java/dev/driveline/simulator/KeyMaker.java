package dev.driveline.simulator;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.trust.CommandKeys;
import dev.driveline.contract.trust.KeyUse;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.jws.PrivateKeys;
import dev.driveline.runtime.jws.PublicKeys;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A small authority for development: it stands in for the factory that puts birth certificates into
 * TBoxes, and for whoever certifies servers. Its key lies unprotected in its folder; nothing in
 * production uses it.
 */
public final class KeyMaker {

    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3_650);
    private static final Duration SERVER_LIFE = Duration.ofDays(397);
    private static final Duration SKEW = Duration.ofHours(1);
    private static final int WEBHOOK_KEY_BYTES = 32;
    private static final String COMMAND_KEY = "command-1";

    private final PrivateKey key;
    private final X509Certificate certificate;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    private KeyMaker(PrivateKey key, X509Certificate certificate, Clock clock) {
        this.key = key;
        this.certificate = certificate;
        this.clock = clock;
    }

    /**
     * The authority kept in {@code <name>.key} and {@code <name>.crt} of a folder; made if it is
     * missing.
     */
    public static KeyMaker in(Path folder, String name, String commonName, Clock clock)
            throws IOException, GeneralSecurityException {
        Path keyFile = folder.resolve(name + ".key");
        Path certificateFile = folder.resolve(name + ".crt");
        if (!Files.exists(certificateFile)) {
            Files.createDirectories(folder);
            KeyPair pair = newKeys();
            X509Certificate self = selfSigned(pair, new X500Name("CN=" + commonName), clock);
            Pem.writeSecret(keyFile, PrivateKeys.toPem(pair.getPrivate()));
            Files.writeString(certificateFile, Pem.text(self));
        }
        return new KeyMaker(
                PrivateKeys.fromPem(keyFile), Pem.certificates(certificateFile).getFirst(), clock);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** Writes {@code <name>.key} and {@code <name>.crt} for a server of this machine. */
    public void server(Path folder, String name) throws IOException, GeneralSecurityException {
        KeyPair pair = newKeys();
        GeneralNames names =
                new GeneralNames(
                        new GeneralName[] {
                            new GeneralName(GeneralName.dNSName, "localhost"),
                            new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                        });
        X509Certificate leaf =
                issue(
                        pair,
                        new X500Name("CN=" + name),
                        SERVER_LIFE,
                        names,
                        KeyPurposeId.id_kp_serverAuth);
        Pem.writeSecret(folder.resolve(name + ".key"), PrivateKeys.toPem(pair.getPrivate()));
        Files.writeString(folder.resolve(name + ".crt"), Pem.text(leaf) + Pem.text(certificate));
    }

    /** Writes {@code birth.key} and {@code birth.crt} of a TBox, as its factory would. */
    public void birth(Path folder, String serial) throws IOException, GeneralSecurityException {
        Files.createDirectories(folder);
        KeyPair pair = newKeys();
        X500Name subject = new X500Name("CN=" + serial + ",SERIALNUMBER=" + serial);
        X509Certificate leaf =
                issue(pair, subject, AUTHORITY_LIFE, null, KeyPurposeId.id_kp_clientAuth);
        Pem.writeSecret(folder.resolve("birth.key"), PrivateKeys.toPem(pair.getPrivate()));
        Files.writeString(folder.resolve("birth.crt"), Pem.text(leaf));
    }

    /** A certificate for a vehicle whose keys were made elsewhere. */
    public X509Certificate vehicle(KeyPair pair, TenantId tenant, Vin vin)
            throws GeneralSecurityException {
        GeneralNames names =
                new GeneralNames(
                        new GeneralName(
                                GeneralName.uniformResourceIdentifier, "urn:vin:" + vin.value()));
        return issue(
                pair,
                new X500Name("CN=" + vin.value() + ",O=" + tenant.value()),
                SERVER_LIFE,
                names,
                KeyPurposeId.id_kp_clientAuth);
    }

    /**
     * Writes what an operator's offline command root makes, if it is missing: {@code
     * command-root.p12}, {@code command-keys.p12} and {@code command-keys.jws} into a secret
     * folder, the root's public key to a file for the TBoxes.
     *
     * @param password of both key stores
     */
    public static void commandKeys(Path secret, String password, Path rootKey, Clock clock)
            throws IOException, GeneralSecurityException {
        if (Files.exists(secret.resolve("command-keys.jws"))) {
            return;
        }
        Files.createDirectories(secret);
        KeyPair root = newKeys();
        KeyPair online = newKeys();
        writeStore(secret.resolve("command-root.p12"), password, "root", root, clock);
        writeStore(secret.resolve("command-keys.p12"), password, COMMAND_KEY, online, clock);
        Files.writeString(rootKey, PublicKeys.toPem(root.getPublic()));
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant until = now.plus(AUTHORITY_LIFE);
        CommandKeys keys =
                new CommandKeys(
                        1,
                        1,
                        now,
                        until,
                        List.of(
                                new CommandKeys.Key(
                                        COMMAND_KEY,
                                        "ES256",
                                        EnumSet.allOf(KeyUse.class),
                                        now.minus(SKEW),
                                        until,
                                        Base64.getEncoder()
                                                .encodeToString(online.getPublic().getEncoded()))));
        Files.writeString(
                secret.resolve("command-keys.jws"),
                new Jws.Signer("root", root.getPrivate()).sign(CommandKeys.TYP, Json.bytes(keys)));
    }

    /** Writes the key that seals webhooks' secrets into a file, if it is missing. */
    public static void webhookKeys(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] key = new byte[WEBHOOK_KEY_BYTES];
            new SecureRandom().nextBytes(key);
            Pem.writeSecret(file, Base64.getEncoder().encodeToString(key) + "\n");
        }
    }

    private static void writeStore(
            Path file, String password, String alias, KeyPair pair, Clock clock)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                alias,
                pair.getPrivate(),
                password.toCharArray(),
                new X509Certificate[] {selfSigned(pair, new X500Name("CN=" + alias), clock)});
        Pem.writeSecret(file, "");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password.toCharArray());
        }
    }

    public static KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private X509Certificate issue(
            KeyPair pair,
            X500Name subject,
            Duration life,
            @Nullable GeneralNames names,
            KeyPurposeId purpose)
            throws GeneralSecurityException {
        Instant now = clock.instant();
        X509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
                        new BigInteger(127, random),
                        Date.from(now.minus(SKEW)),
                        Date.from(now.plus(life)),
                        subject,
                        pair.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
            if (names != null) {
                builder.addExtension(Extension.subjectAlternativeName, false, names);
            }
        } catch (CertIOException impossible) {
            throw new GeneralSecurityException(impossible);
        }
        return sign(builder, key);
    }

    private static X509Certificate selfSigned(KeyPair pair, X500Name name, Clock clock)
            throws GeneralSecurityException {
        Instant now = clock.instant();
        X509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        name,
                        new BigInteger(127, new SecureRandom()),
                        Date.from(now.minus(SKEW)),
                        Date.from(now.plus(AUTHORITY_LIFE)),
                        name,
                        pair.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        } catch (CertIOException impossible) {
            throw new GeneralSecurityException(impossible);
        }
        return sign(builder, pair.getPrivate());
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey by)
            throws GeneralSecurityException {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(
                                    new JcaContentSignerBuilder("SHA256withECDSA").build(by)));
        } catch (OperatorCreationException unusable) {
            throw new GeneralSecurityException(unusable);
        }
    }

    /** The authorities of several key makers in one PEM file. */
    public static void writeAuthorities(Path file, List<X509Certificate> authorities)
            throws IOException, GeneralSecurityException {
        StringBuilder text = new StringBuilder();
        for (X509Certificate authority : authorities) {
            text.append(Pem.text(authority));
        }
        Files.writeString(file, text.toString());
    }
}
