package dev.driveline.registry.x509;

import dev.driveline.runtime.jws.PublicKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/**
 * The key that signs access rules: EC P-256 or Ed25519, PKCS#8 in PEM. Its public half lies beside
 * it, for the gateways to pin, if it was made here.
 */
public final class SigningKey {

    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private SigningKey() {}

    /**
     * Reads the key, or makes it and writes {@code <file>.pub} too.
     *
     * @throws IllegalStateException naming the file and what is wrong with it
     */
    public static PrivateKey open(Path file, boolean create) {
        try {
            if (!Files.exists(file) && create) {
                make(file);
            }
            String text = Files.readString(file);
            int begin = text.indexOf(BEGIN);
            int end = text.indexOf(END);
            if (begin < 0 || end < begin) {
                throw new GeneralSecurityException("expected " + BEGIN);
            }
            return decode(
                    Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end)));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException wrong) {
            throw new IllegalStateException(
                    "the signing key "
                            + file
                            + " cannot be used (setting registry.signing-key): "
                            + wrong,
                    wrong);
        }
    }

    private static void make(Path file) throws IOException, GeneralSecurityException {
        KeyPair keys = Keys.newP256();
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        String body =
                Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(keys.getPrivate().getEncoded());
        Files.writeString(
                file.resolveSibling(file.getFileName() + ".pub"),
                PublicKeys.toPem(keys.getPublic()));
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, BEGIN + "\n" + body + "\n" + END + "\n");
    }

    private static PrivateKey decode(byte[] der) throws GeneralSecurityException {
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
        try {
            return KeyFactory.getInstance("EC").generatePrivate(spec);
        } catch (GeneralSecurityException notEc) {
            return KeyFactory.getInstance("Ed25519").generatePrivate(spec);
        }
    }
}
