package dev.driveline.can;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One recorded frame. Immutable; a reader's cursor is cheaper where millions are read. */
public final class Frame {
    private final long timeUs;
    private final String bus;
    private final FrameId id;
    private final int flags;
    private final byte[] data;

    private Frame(long timeUs, String bus, FrameId id, int flags, byte[] data) {
        this.timeUs = timeUs;
        this.bus = bus;
        this.id = id;
        this.flags = flags;
        this.data = data;
    }

    /**
     * Copies the data.
     *
     * @param timeUs microseconds since the epoch
     * @param flags of {@link FrameFlags}; EXTENDED is set as the identifier says
     */
    public static Frame of(long timeUs, String bus, FrameId id, int flags, byte[] data) {
        int form = id.extended() ? FrameFlags.EXTENDED : 0;
        int others = flags & ~FrameFlags.EXTENDED;
        return new Frame(timeUs, bus, id, others | form, data.clone());
    }

    /** Microseconds since the epoch. */
    public long timeUs() {
        return timeUs;
    }

    public String bus() {
        return bus;
    }

    public FrameId id() {
        return id;
    }

    /** Of {@link FrameFlags}. */
    public int flags() {
        return flags;
    }

    /** A copy. */
    public byte[] data() {
        return data.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Frame that
                && timeUs == that.timeUs
                && bus.equals(that.bus)
                && id.equals(that.id)
                && flags == that.flags
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return Objects.hash(timeUs, bus, id, flags, Arrays.hashCode(data));
    }

    @Override
    public String toString() {
        return "(%d.%06d) %s %s#%s"
                .formatted(
                        timeUs / 1_000_000,
                        timeUs % 1_000_000,
                        bus,
                        id,
                        HexFormat.of().withUpperCase().formatHex(data));
    }
}
