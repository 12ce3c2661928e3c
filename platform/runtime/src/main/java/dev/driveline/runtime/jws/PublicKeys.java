package dev.driveline.runtime.jws;

import dev.driveline.contract.error.InvalidValueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** Public keys in PEM ({@code BEGIN PUBLIC KEY}). Source: RFC 7468 §13. */
public final class PublicKeys {

    private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
    private static final String END = "-----END PUBLIC KEY-----";

    private PublicKeys() {}

    /**
     * Reads an EC P-256 or an Ed25519 key.
     *
     * @throws InvalidValueException naming the file, if it holds none
     */
    public static PublicKey fromPem(Path file) {
        try {
            String text = Files.readString(file);
            int begin = text.indexOf(BEGIN);
            int end = text.indexOf(END);
            if (begin < 0 || end < begin) {
                throw new InvalidValueException("public key file", file, "expected " + BEGIN);
            }
            byte[] der =
                    Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
            return decode(der);
        } catch (IOException unreadable) {
            throw new InvalidValueException(
                    "public key file", file, "cannot be read: " + unreadable.getMessage());
        } catch (GeneralSecurityException | IllegalArgumentException wrong) {
            throw new InvalidValueException(
                    "public key file", file, "expected an EC P-256 or Ed25519 public key");
        }
    }

    /** As {@code openssl pkey -pubin} writes it. */
    public static String toPem(PublicKey key) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return BEGIN + "\n" + body + "\n" + END + "\n";
    }

    private static PublicKey decode(byte[] der) throws GeneralSecurityException {
        X509EncodedKeySpec spec = new X509EncodedKeySpec(der);
        try {
            return KeyFactory.getInstance("EC").generatePublic(spec);
        } catch (GeneralSecurityException notEc) {
            return KeyFactory.getInstance("Ed25519").generatePublic(spec);
        }
    }
}
