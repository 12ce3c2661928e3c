package dev.driveline.telemetry.redecode;

import dev.driveline.telemetry.frame.FrameBatch;
import org.jspecify.annotations.Nullable;

/**
 * Where a re-decoding goes on.
 *
 * @param vehicle index into the order's; their number at the end
 * @param after the last batch of it that is done; null for none
 * @param underWay messages of several frames that this batch left unfinished; empty for none
 */
public record RedecodePlace(int vehicle, FrameBatch.@Nullable Place after, byte[] underWay) {

    public static final RedecodePlace BEGIN = new RedecodePlace(0, null, new byte[0]);

    /** The begin of the next vehicle. */
    public RedecodePlace nextVehicle() {
        return new RedecodePlace(vehicle + 1, null, new byte[0]);
    }
}
