package dev.driveline.command.audit;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.Erasure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How entries are chained: the hash of each covers the one before, so that none can be changed,
 * taken out or put between without all that follow.
 *
 * <p>Shape: SHA-256, hexadecimal, over fields of four bytes of length (big endian; −1 for null) and
 * UTF-8, in the order of {@link #fields}. VIN and result stand behind a hash of their own with a
 * random salt: when the vehicle is erased, the salt goes with them, and the chain still holds.
 */
public final class AuditChain {

    /** How many chains a tenant has. */
    public static final int LINES = 16;

    /** What the first entry of a chain follows. */
    public static final String BEGINNING = "";

    private AuditChain() {}

    /**
     * An entry's place.
     *
     * @param number from 1, without gaps
     * @param personal hash over salt, VIN and result
     * @param salt hexadecimal; null once the vehicle was erased
     */
    public record Link(
            int line, long number, String hash, String personal, @Nullable String salt) {}

    /** The chain of a vehicle; what is about none stands in the first. */
    public static int lineOf(@Nullable Vin vin) {
        return vin == null ? 0 : Math.floorMod(vin.value().hashCode(), LINES);
    }

    /** The link of the next entry. */
    public static Link next(int line, long number, String before, AuditEntry entry, String salt) {
        String personal = personal(salt, entry);
        return new Link(line, number, hash(before, line, number, entry, personal), personal, salt);
    }

    /** What is wrong with an entry that should follow; empty if it does. */
    public static Optional<String> fault(
            AuditEntry entry, Link link, long expectedNumber, String before) {
        if (link.number() != expectedNumber) {
            return Optional.of("number " + link.number() + " follows, expected " + expectedNumber);
        }
        String salt = link.salt();
        Vin vin = entry.vin();
        if (salt != null) {
            if (!personal(salt, entry).equals(link.personal())) {
                return Optional.of("VIN or result is not what was written");
            }
        } else if (vin == null
                || !vin.value().startsWith(Erasure.PREFIX)
                || entry.result() != null) {
            return Optional.of("it has no salt, and its vehicle was not erased");
        }
        return hash(before, link.line(), link.number(), entry, link.personal()).equals(link.hash())
                ? Optional.empty()
                : Optional.of("its hash is not that of what it says after the one before");
    }

    private static String personal(String salt, AuditEntry entry) {
        Vin vin = entry.vin();
        return digest(salt, vin == null ? null : vin.value(), entry.result());
    }

    private static String hash(
            String before, int line, long number, AuditEntry entry, String personal) {
        return digest(fields(before, line, number, entry, personal));
    }

    private static @Nullable String[] fields(
            String before, int line, long number, AuditEntry entry, String personal) {
        UUID batch = entry.batch();
        @Nullable String[] always = {
            before,
            Integer.toString(line),
            Long.toString(number),
            entry.kind().name(),
            entry.subject().toString(),
            Integer.toString(entry.step()),
            Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, entry.at())),
            entry.tenant().value(),
            personal,
            entry.type(),
            entry.state(),
            entry.code(),
            Boolean.toString(entry.late()),
            entry.actor(),
            entry.app(),
            entry.scope(),
            entry.reason(),
            entry.payloadHash(),
            entry.keyId()
        };
        if (batch == null) {
            // As it was before there were batches.
            return always;
        }
        @Nullable String[] fields = Arrays.copyOf(always, always.length + 1);
        fields[always.length] = batch.toString();
        return fields;
    }

    private static String digest(@Nullable String... fields) {
        MessageDigest digest = sha256();
        for (String field : fields) {
            byte[] bytes = field == null ? null : field.getBytes(StandardCharsets.UTF_8);
            digest.update(
                    ByteBuffer.allocate(Integer.BYTES)
                            .putInt(bytes == null ? -1 : bytes.length)
                            .flip());
            if (bytes != null) {
                digest.update(bytes);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
