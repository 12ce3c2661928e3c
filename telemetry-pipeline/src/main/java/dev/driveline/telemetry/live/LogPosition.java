package dev.driveline.telemetry.live;

import dev.driveline.telemetry.packing.ByteReader;
import dev.driveline.telemetry.packing.ByteWriter;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A place in all partitions of a topic; what a listener sends back as Last-Event-ID.
 *
 * <p>Shape as text: base64url of varints, the number of partitions and of each the next offset.
 */
public final class LogPosition {

    private static final int MAX_PARTITIONS = 4_096;

    private final long[] next;

    private LogPosition(long[] next) {
        this.next = next;
    }

    /**
     * @param next the next offset of each partition; copied
     */
    public static LogPosition of(long[] next) {
        return new LogPosition(next.clone());
    }

    /** Reads the text form; null where it is none, or of another number of partitions. */
    public static @Nullable LogPosition parse(String text, int partitions) {
        try {
            ByteReader in = new ByteReader(Base64.getUrlDecoder().decode(text));
            long[] next = new long[in.count(MAX_PARTITIONS)];
            for (int partition = 0; partition < next.length; partition++) {
                next[partition] = in.varint();
            }
            boolean valid =
                    next.length == partitions
                            && in.remaining() == 0
                            && Arrays.stream(next).allMatch(offset -> offset >= 0);
            return valid ? new LogPosition(next) : null;
        } catch (IllegalArgumentException none) {
            return null;
        }
    }

    public int partitions() {
        return next.length;
    }

    public long next(int partition) {
        return next[partition];
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LogPosition position && Arrays.equals(next, position.next);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(next);
    }

    @Override
    public String toString() {
        ByteWriter out = new ByteWriter(5 * next.length + 2).varint(next.length);
        for (long offset : next) {
            out.varint(offset);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(out.toBytes());
    }
}
