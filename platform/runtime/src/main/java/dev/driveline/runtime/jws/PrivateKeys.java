package dev.driveline.runtime.jws;

import dev.driveline.contract.error.InvalidValueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** Private keys in unencrypted PKCS#8 PEM ({@code BEGIN PRIVATE KEY}). Source: RFC 7468 §10. */
public final class PrivateKeys {

    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private PrivateKeys() {}

    /**
     * Reads an EC P-256 or an Ed25519 key.
     *
     * @throws InvalidValueException naming the file, never its content
     */
    public static PrivateKey fromPem(Path file) {
        try {
            String text = Files.readString(file);
            int begin = text.indexOf(BEGIN);
            int end = text.indexOf(END);
            if (begin < 0 || end < begin) {
                throw new InvalidValueException(
                        "private key file", file, "expected " + BEGIN + " (PKCS#8)");
            }
            return decode(
                    Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end)));
        } catch (IOException unreadable) {
            throw new InvalidValueException(
                    "private key file", file, "cannot be read: " + unreadable.getMessage());
        } catch (GeneralSecurityException wrong) {
            throw new InvalidValueException(
                    "private key file", file, "expected an EC P-256 or Ed25519 private key");
        }
    }

    /** As {@code openssl pkey} writes it. */
    public static String toPem(PrivateKey key) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return BEGIN + "\n" + body + "\n" + END + "\n";
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
