package dev.driveline.gateway.tls;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The keys that seal TLS session tickets, to be guarded like an authority's key.
 *
 * <p>Shape of a file: one key a line, Base64 of {@value #BYTES} bytes (16 name, 16 HMAC, 16 AES);
 * the first seals, all open; empty lines and lines that begin with {@code #} do not count. Source:
 * RFC 5077 §4.
 */
final class TicketKeys {

    static final int BYTES = OpenSslSessionTicketKey.TICKET_KEY_SIZE;
    static final int MOST = 16;

    /** A random key seals for this long, and opens for as long again. */
    static final Duration ROTATION = Duration.ofHours(12);

    private static final int PART = BYTES / 3;

    private final RandomGenerator random;
    private final List<OpenSslSessionTicketKey> keys = new ArrayList<>();
    private Instant rotated = Instant.MIN;

    /**
     * Random keys of this process; not thread-safe.
     *
     * @param random a secure one
     */
    TicketKeys(RandomGenerator random) {
        this.random = random;
    }

    /**
     * Takes a new key every {@link #ROTATION}, keeps the one before it, and forgets the rest.
     *
     * @return whether the keys changed
     */
    boolean rotate(Instant now) {
        if (!keys.isEmpty() && now.isBefore(rotated.plus(ROTATION))) {
            return false;
        }
        byte[] key = new byte[BYTES];
        random.nextBytes(key);
        if (!keys.isEmpty() && !now.isBefore(rotated.plus(ROTATION.multipliedBy(2)))) {
            keys.clear();
        }
        keys.addFirst(of(key));
        while (keys.size() > 2) {
            keys.removeLast();
        }
        rotated = now;
        return true;
    }

    List<OpenSslSessionTicketKey> keys() {
        return List.copyOf(keys);
    }

    /**
     * Reads a file.
     *
     * @throws UnusableFileException naming file and line, never the content
     */
    static List<OpenSslSessionTicketKey> read(Path file) {
        List<OpenSslSessionTicketKey> found = new ArrayList<>();
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException unreadable) {
            throw new UnusableFileException("ticket keys " + file + " cannot be read", unreadable);
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                found.add(of(decode(line, file, i + 1)));
            }
        }
        if (found.isEmpty() || found.size() > MOST) {
            throw new UnusableFileException(
                    "ticket keys %s: expected 1 to %d keys, found %d"
                            .formatted(file, MOST, found.size()),
                    null);
        }
        return found;
    }

    private static byte[] decode(String line, Path file, int number) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(line);
        } catch (IllegalArgumentException wrong) {
            // Its message would hold a part of the key.
            key = new byte[0];
        }
        if (key.length != BYTES) {
            throw new UnusableFileException(
                    "ticket keys %s, line %d: expected %d bytes in Base64"
                            .formatted(file, number, BYTES),
                    null);
        }
        return key;
    }

    private static OpenSslSessionTicketKey of(byte[] key) {
        return new OpenSslSessionTicketKey(
                Arrays.copyOfRange(key, 0, PART),
                Arrays.copyOfRange(key, PART, 2 * PART),
                Arrays.copyOfRange(key, 2 * PART, BYTES));
    }
}
