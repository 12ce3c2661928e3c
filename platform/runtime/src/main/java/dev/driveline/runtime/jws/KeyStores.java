package dev.driveline.runtime.jws;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where private keys are kept: a PKCS#12 file, encrypted with a password, or a PKCS#11 module,
 * which signs without giving its keys away. {@code keytool} and {@code openssl pkcs12} write the
 * first, {@code pkcs11-tool} and {@code keytool} fill the second.
 */
public final class KeyStores {

    private KeyStores() {}

    /**
     * A key and its certificate's chain.
     *
     * @param module what signs with the key; null for the JDK itself
     */
    public record Entry(
            String alias, PrivateKey key, List<X509Certificate> chain, @Nullable Provider module) {

        /** As what signs under the alias. */
        public Jws.Signer signer() {
            return new Jws.Signer(alias, key, module);
        }
    }

    /** Whether it is the configuration of a PKCS#11 module: its name ends in {@code .pkcs11}. */
    public static boolean isModule(Path file) {
        return file.toString().endsWith(".pkcs11");
    }

    /**
     * Reads all private keys.
     *
     * @param file PKCS#12; or, with a name that ends in {@code .pkcs11}, the configuration of a
     *     PKCS#11 module (SunPKCS11's {@code name}, {@code library}, {@code slot} …)
     * @param password the file's, or the token's PIN
     * @throws GeneralSecurityException saying what is wrong; without the file's name
     */
    public static List<Entry> read(Path file, String password)
            throws IOException, GeneralSecurityException {
        Provider module = isModule(file) ? module(file) : null;
        KeyStore store =
                module == null
                        ? KeyStore.getInstance("PKCS12")
                        : KeyStore.getInstance("PKCS11", module);
        if (module == null) {
            try (InputStream in = Files.newInputStream(file)) {
                store.load(in, password.toCharArray());
            }
        } else {
            store.load(null, password.toCharArray());
        }
        List<Entry> entries = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.getKey(alias, password.toCharArray()) instanceof PrivateKey key) {
                List<X509Certificate> chain =
                        Arrays.stream(store.getCertificateChain(alias))
                                .map(X509Certificate.class::cast)
                                .toList();
                entries.add(new Entry(alias, key, chain, module));
            }
        }
        if (entries.isEmpty()) {
            throw new GeneralSecurityException("it holds no private key");
        }
        return List.copyOf(entries);
    }

    private static Provider module(Path file) throws GeneralSecurityException {
        Provider any = Security.getProvider("SunPKCS11");
        if (any == null) {
            throw new GeneralSecurityException("this JDK has no SunPKCS11");
        }
        try {
            return any.configure(file.toString());
        } catch (ProviderException wrong) {
            throw new GeneralSecurityException(wrong.getMessage(), wrong);
        }
    }
}
