package dev.driveline.registry.x509;

import dev.driveline.runtime.jws.KeyStores;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key stores of the authorities: PKCS#12, encrypted with the configured password, or a PKCS#11
 * module, which signs without giving its key away.
 */
final class AuthorityStore {

    private static final Logger LOG = LoggerFactory.getLogger(AuthorityStore.class);
    private static final String ISSUING = "issuing";
    private static final String ROOT = "root";
    private static final Duration ROOT_LIFE = Duration.ofDays(20 * 365L);
    private static final Duration ISSUING_LIFE = Duration.ofDays(10 * 365L);

    private AuthorityStore() {}

    /**
     * A key and its certificate's chain up to the root.
     *
     * @param module what signs with the key; null for the JDK itself
     */
    record Entry(PrivateKey key, List<X509Certificate> chain, @Nullable Provider module) {}

    /**
     * Reads an issuing authority, or makes it.
     *
     * @param create whether it is made, with a root beside it, where its key store is missing
     * @throws IllegalStateException naming the file and what is wrong with it
     */
    static Entry open(
            AuthorityConfig.Key config, boolean create, Clock clock, SecureRandom random) {
        Path file = config.keystore();
        try {
            if (!Files.exists(file)) {
                if (!create || KeyStores.isModule(file)) {
                    throw new IllegalStateException(
                            "there is no key store " + file + " (setting registry.ca.keystore)");
                }
                create(config, clock.instant(), random);
            }
            return authorityIn(KeyStores.read(file, config.password()));
        } catch (IOException | GeneralSecurityException wrong) {
            throw new IllegalStateException(
                    "the key store "
                            + file
                            + " cannot be used (settings registry.ca.keystore and"
                            + " registry.ca.password): "
                            + wrong.getMessage(),
                    wrong);
        }
    }

    /** A token has one key at most, as a file has. */
    private static Entry authorityIn(List<KeyStores.Entry> entries)
            throws GeneralSecurityException {
        KeyStores.Entry first = entries.getFirst();
        if (first.chain().getFirst().getBasicConstraints() < 0) {
            throw new GeneralSecurityException(
                    first.chain().getFirst().getSubjectX500Principal() + " is no authority");
        }
        return new Entry(first.key(), first.chain(), first.module());
    }

    private static void create(AuthorityConfig.Key config, Instant now, SecureRandom random)
            throws IOException, GeneralSecurityException {
        X500Principal rootName = nameOf(config, "Vehicle Root CA");
        KeyPair rootKeys = Keys.newP256();
        X509Certificate root =
                authority(rootName, rootKeys, rootName, rootKeys, 1, now, ROOT_LIFE, random);
        KeyPair keys = Keys.newP256();
        X509Certificate issuing =
                authority(
                        rootName,
                        rootKeys,
                        nameOf(config, "Vehicle Issuing CA"),
                        keys,
                        0,
                        now,
                        ISSUING_LIFE,
                        random);
        Path rootFile = config.keystore().resolveSibling("root-" + config.keystore().getFileName());
        write(
                rootFile,
                config.password(),
                ROOT,
                new Entry(rootKeys.getPrivate(), List.of(root), null));
        write(
                config.keystore(),
                config.password(),
                ISSUING,
                new Entry(keys.getPrivate(), List.of(issuing, root), null));
        LOG.atWarn()
                .setMessage("authority made")
                .addKeyValue("issuing", config.keystore())
                .addKeyValue("root", rootFile)
                .addKeyValue("advice", "keep the root's file offline")
                .log();
    }

    private static X500Principal nameOf(AuthorityConfig.Key config, String name) {
        return new X500Principal("CN=" + name + ", O=" + config.tenant());
    }

    private static X509Certificate authority(
            X500Principal issuer,
            KeyPair issuerKeys,
            X500Principal subject,
            KeyPair keys,
            int pathLength,
            Instant now,
            Duration life,
            SecureRandom random)
            throws IOException, GeneralSecurityException {
        JcaX509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        issuer,
                        Keys.newSerial(random),
                        Date.from(now.minus(Keys.SKEW)),
                        Date.from(now.plus(life)),
                        subject,
                        keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength));
        builder.addExtension(
                Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        Keys.addIdentifiers(builder, keys.getPublic(), issuerKeys.getPublic());
        return Keys.sign(builder, issuerKeys.getPrivate(), issuerKeys.getPublic(), null);
    }

    private static void write(Path file, String password, String alias, Entry entry)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                alias,
                entry.key(),
                password.toCharArray(),
                entry.chain().toArray(X509Certificate[]::new));
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE)) {
            store.store(out, password.toCharArray());
        }
    }
}
