package dev.driveline.testkit;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;

/**
 * A private key and its certificate chain, the end entity first, the root left out.
 *
 * <p>Keys are for tests: {@link #toString} prints none, files are written without protection.
 */
public record TestIdentity(PrivateKey key, List<X509Certificate> chain) {
    /** Password of the key stores made here. */
    public static final String STORE_PASSWORD = "testing";

    public TestIdentity {
        chain = List.copyOf(chain);
    }

    /** Where an identity was written. */
    public record PemFiles(Path certificate, Path key) {}

    /** The end entity's certificate. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** The chain in PEM, the end entity first. */
    public String certificatePem() {
        return pem(chain);
    }

    /** The key in PEM, PKCS #8, not encrypted. */
    public String keyPem() {
        try {
            return pem(List.of(new JcaPKCS8Generator(key, null)));
        } catch (IOException e) {
            throw new UncheckedIOException("PEM of a key", e);
        }
    }

    /** A PKCS #12 store with the key and chain under the alias {@code identity}. */
    public KeyStore keyStore() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "identity",
                    key,
                    STORE_PASSWORD.toCharArray(),
                    chain.toArray(X509Certificate[]::new));
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("key store", e);
        }
    }

    /** A TLS context that shows this identity and trusts the store's certificates. */
    public SSLContext sslContext(KeyStore trusted) {
        try {
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(keyStore(), STORE_PASSWORD.toCharArray());
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS context", e);
        }
    }

    /** Writes {@code name.crt.pem} and {@code name.key.pem} into a folder. */
    public PemFiles writeTo(Path folder, String name) {
        Path certificate = folder.resolve(name + ".crt.pem");
        Path keyFile = folder.resolve(name + ".key.pem");
        try {
            Files.createDirectories(folder);
            Files.writeString(certificate, certificatePem());
            Files.writeString(keyFile, keyPem());
        } catch (IOException e) {
            throw new UncheckedIOException("PEM files of " + name, e);
        }
        return new PemFiles(certificate, keyFile);
    }

    @Override
    public String toString() {
        return "TestIdentity[" + certificate().getSubjectX500Principal() + ", key=***]";
    }

    static String pem(List<?> objects) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            for (Object object : objects) {
                writer.writeObject(object);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("PEM", e);
        }
        return text.toString();
    }
}
