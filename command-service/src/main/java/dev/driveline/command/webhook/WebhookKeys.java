package dev.driveline.command.webhook;

import dev.driveline.contract.id.TenantId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys that seal webhooks' secrets before they are written to a database, and open them: the
 * first seals, all open. What is sealed opens for the owner only that it was sealed for.
 * Thread-safe.
 *
 * <p>Shape: a version byte (1), the key's id (the first four bytes of the SHA-256 of the key), a
 * random nonce of 12 bytes, then what AES-256-GCM makes of the content, its tag of 16 bytes at the
 * end. Authenticated with it: version, id and the owner's name in UTF-8. In a column of text it
 * stands as {@code sealed_} and Base64.
 *
 * <p>Source: NIST SP 800-38D.
 */
public final class WebhookKeys {

    /** In a file. */
    static final int MOST = 16;

    static final int KEY_BYTES = 32;

    private static final byte VERSION = 1;
    private static final int ID_BYTES = 4;
    private static final int HEAD_BYTES = 1 + ID_BYTES;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final String PREFIX = "sealed_";

    private final Map<String, Key> byId;
    private final List<Key> keys;
    private final RandomGenerator random;

    private record Key(byte[] id, SecretKeySpec spec) {

        static Key of(byte[] bytes) {
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
                return new Key(Arrays.copyOf(hash, ID_BYTES), new SecretKeySpec(bytes, "AES"));
            } catch (GeneralSecurityException missing) {
                throw new IllegalStateException("every Java platform has SHA-256", missing);
            }
        }

        String name() {
            return HexFormat.of().formatHex(id);
        }
    }

    /** What came of opening something. */
    public sealed interface Opening {

        record Opened(byte[] content) implements Opening {}

        /** It was sealed with a key that is not among these. */
        record KeyMissing(String key) implements Opening {}

        /** It is not as it was written, or not where it was written. */
        record Broken(String why) implements Opening {}
    }

    private WebhookKeys(List<Key> keys, RandomGenerator random) {
        this.keys = List.copyOf(keys);
        this.random = random;
        Map<String, Key> named = new LinkedHashMap<>();
        keys.forEach(key -> named.put(key.name(), key));
        this.byId = Map.copyOf(named);
    }

    /** Without a key nothing is sealed, and nothing sealed opens. */
    public static WebhookKeys none() {
        return new WebhookKeys(
                List.of(),
                () -> {
                    throw new IllegalStateException("nothing is sealed without a key");
                });
    }

    /**
     * Reads a file: a key a line, Base64 of 32 random bytes; empty lines and those that begin with
     * {@code #} are passed over.
     *
     * @param random a secure one
     * @throws IllegalStateException naming file and line, never the content
     */
    public static WebhookKeys read(Path file, RandomGenerator random) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException unreadable) {
            throw new IllegalStateException("webhook keys " + file + " cannot be read", unreadable);
        }
        List<Key> found = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                found.add(Key.of(decoded(line, file, i + 1)));
            }
        }
        if (found.isEmpty() || found.size() > MOST) {
            throw new IllegalStateException(
                    "webhook keys %s: expected 1 to %d keys, found %d"
                            .formatted(file, MOST, found.size()));
        }
        return new WebhookKeys(found, random);
    }

    private static byte[] decoded(String line, Path file, int number) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(line);
        } catch (IllegalArgumentException wrong) {
            // Its message would hold a part of the key.
            key = new byte[0];
        }
        if (key.length != KEY_BYTES) {
            throw new IllegalStateException(
                    "webhook keys %s, line %d: expected %d bytes in Base64"
                            .formatted(file, number, KEY_BYTES));
        }
        return key;
    }

    /** Whether there is one that seals. */
    public boolean any() {
        return !keys.isEmpty();
    }

    /** A webhook's secret as its row has it. */
    public String seal(TenantId tenant, UUID webhook, Secret secret) {
        byte[] content = secret.text().getBytes(StandardCharsets.UTF_8);
        return PREFIX + Base64.getEncoder().encodeToString(seal(owner(tenant, webhook), content));
    }

    /**
     * What stands in a webhook's row; what was written before there was a key opens as it stands.
     */
    public Opening open(TenantId tenant, UUID webhook, String stored) {
        if (!stored.startsWith(PREFIX)) {
            return new Opening.Opened(stored.getBytes(StandardCharsets.UTF_8));
        }
        try {
            return open(owner(tenant, webhook), bytesOf(stored));
        } catch (IllegalArgumentException notBase64) {
            return new Opening.Broken("it is no Base64");
        }
    }

    /** Whether it was sealed with the key that seals now. */
    public boolean sealedAnew(String stored) {
        try {
            return any()
                    && stored.startsWith(PREFIX)
                    && idOf(bytesOf(stored)).equals(keys.getFirst().name());
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    /** Whether it stands as it is. */
    public static boolean plain(String stored) {
        return !stored.startsWith(PREFIX);
    }

    /**
     * Seals with the first key.
     *
     * @param owner whose it is, and where it stands
     * @throws IllegalStateException without a key
     */
    public byte[] seal(String owner, byte[] content) {
        if (keys.isEmpty()) {
            throw new IllegalStateException("nothing is sealed without a key");
        }
        Key key = keys.getFirst();
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] head = ByteBuffer.allocate(HEAD_BYTES).put(VERSION).put(key.id()).array();
        try {
            byte[] closed = cipher(Cipher.ENCRYPT_MODE, key, nonce, head, owner).doFinal(content);
            return ByteBuffer.allocate(HEAD_BYTES + NONCE_BYTES + closed.length)
                    .put(head)
                    .put(nonce)
                    .put(closed)
                    .array();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java platform has " + CIPHER, missing);
        }
    }

    /** Opens what {@link #seal(String, byte[])} made for the same owner. */
    public Opening open(String owner, byte[] sealed) {
        if (!isSealed(sealed) || sealed.length < HEAD_BYTES + NONCE_BYTES + TAG_BYTES) {
            return new Opening.Broken("it does not have the shape of version " + VERSION);
        }
        String id = idOf(sealed);
        Key key = byId.get(id);
        if (key == null) {
            return new Opening.KeyMissing(id);
        }
        byte[] nonce = Arrays.copyOfRange(sealed, HEAD_BYTES, HEAD_BYTES + NONCE_BYTES);
        byte[] head = Arrays.copyOf(sealed, HEAD_BYTES);
        int start = HEAD_BYTES + NONCE_BYTES;
        try {
            return new Opening.Opened(
                    cipher(Cipher.DECRYPT_MODE, key, nonce, head, owner)
                            .doFinal(sealed, start, sealed.length - start));
        } catch (AEADBadTagException changed) {
            return new Opening.Broken("key " + id + " sealed something else, or for another owner");
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java platform has " + CIPHER, missing);
        }
    }

    /** Whether bytes may be what {@link #seal(String, byte[])} made; JSON never begins so. */
    public static boolean isSealed(byte[] bytes) {
        return bytes.length > 0 && bytes[0] == VERSION;
    }

    private static Cipher cipher(int mode, Key key, byte[] nonce, byte[] head, String owner)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key.spec(), new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        cipher.updateAAD(head);
        cipher.updateAAD(owner.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static String owner(TenantId tenant, UUID webhook) {
        return String.join("\n", "webhook", tenant.value(), webhook.toString());
    }

    private static byte[] bytesOf(String stored) {
        return Base64.getDecoder().decode(stored.substring(PREFIX.length()));
    }

    private static String idOf(byte[] sealed) {
        return sealed.length < HEAD_BYTES ? "" : HexFormat.of().formatHex(sealed, 1, HEAD_BYTES);
    }
}
