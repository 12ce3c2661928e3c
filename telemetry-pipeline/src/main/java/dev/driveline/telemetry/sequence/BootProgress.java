package dev.driveline.telemetry.sequence;

import dev.driveline.telemetry.packing.ByteReader;
import dev.driveline.telemetry.packing.ByteWriter;
import java.util.OptionalLong;

/**
 * What is known of one boot of a vehicle's TBox.
 *
 * <p>Shape of the packed form: a byte 1 (the form), a varint of touchedMs, a byte 0 or 1 and with 1
 * eight bytes of clockOffsetUs, then {@link SeqIntervals}.
 *
 * @param touchedMs when its last batch was accepted, milliseconds since 1970; it is forgotten
 *     {@link #KEPT_MS} later
 * @param clockOffsetUs UTC less the TBox's clock since boot, by the first batch with a time;
 *     microseconds
 */
public record BootProgress(long touchedMs, OptionalLong clockOffsetUs, SeqIntervals seen) {

    /** 60 days. */
    public static final long KEPT_MS = 60L * 24 * 3_600 * 1_000;

    private static final int FORM = 1;

    public static BootProgress none() {
        return new BootProgress(0, OptionalLong.empty(), SeqIntervals.none());
    }

    public boolean isOutdated(long nowMs) {
        return touchedMs < nowMs - KEPT_MS;
    }

    public byte[] toBytes() {
        ByteWriter out = new ByteWriter(32).octet(FORM).varint(touchedMs);
        if (clockOffsetUs.isPresent()) {
            out.octet(1).fixed64(clockOffsetUs.getAsLong());
        } else {
            out.octet(0);
        }
        seen.writeTo(out);
        return out.toBytes();
    }

    /**
     * @throws IllegalArgumentException if the bytes are not of this form
     */
    public static BootProgress fromBytes(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        int form = in.octet();
        if (form != FORM) {
            throw new IllegalArgumentException("progress of a boot in form " + form);
        }
        long touchedMs = in.varint();
        OptionalLong offset =
                in.octet() == 0 ? OptionalLong.empty() : OptionalLong.of(in.fixed64());
        return new BootProgress(touchedMs, offset, SeqIntervals.readFrom(in));
    }
}
