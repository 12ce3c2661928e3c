package dev.driveline.telemetry.intake;

import dev.driveline.telemetry.batch.BatchHead;
import dev.driveline.telemetry.batch.VehicleBatch;
import dev.driveline.telemetry.sequence.BootProgress;
import java.util.OptionalLong;

/**
 * Where a batch stands in time.
 *
 * <p>Its own t0_us counts, unless it is unset or would put the batch more than {@value
 * #MAX_AHEAD_US} µs behind its own receipt: no clock that runs so far ahead is believed, since one
 * sample of the year 2200 would be the latest for ever. Then it is placed by the first batch of its
 * boot that had a time, else so that its last frame falls on the receipt.
 *
 * @param t0Us the reference of the first frame or sample, UTC, microseconds since 1970
 * @param endUs the last of them
 * @param estimated it is not the vehicle's own statement
 */
public record Placement(long t0Us, long endUs, boolean estimated) {

    static final long MAX_AHEAD_US = 600_000_000L;

    public static Placement of(VehicleBatch batch, long receivedUs, OptionalLong clockOffsetUs) {
        BatchHead head = batch.head();
        long spanUs = batch.spanUs();
        if (head.t0Us() != 0 && isCredible(head.t0Us() + spanUs, receivedUs)) {
            return new Placement(head.t0Us(), head.t0Us() + spanUs, false);
        }
        if (clockOffsetUs.isPresent()) {
            long t0Us = head.monoUs() + clockOffsetUs.getAsLong();
            if (t0Us > 0 && isCredible(t0Us + spanUs, receivedUs)) {
                return new Placement(t0Us, t0Us + spanUs, true);
            }
        }
        return new Placement(receivedUs - spanUs, receivedUs, true);
    }

    /** What is known of the batch's boot with the batch. */
    public BootProgress after(BootProgress before, BatchHead head, long receivedUs) {
        return new BootProgress(
                Math.max(before.touchedMs(), receivedUs / 1_000),
                before.clockOffsetUs().isPresent() ? before.clockOffsetUs() : clockOffsetUs(head),
                before.seen().with(head.seq()));
    }

    /** UTC less the TBox's clock since boot, where this placement can tell. */
    private OptionalLong clockOffsetUs(BatchHead head) {
        return estimated ? OptionalLong.empty() : OptionalLong.of(t0Us - head.monoUs());
    }

    private static boolean isCredible(long endUs, long receivedUs) {
        return endUs <= receivedUs + MAX_AHEAD_US;
    }
}
