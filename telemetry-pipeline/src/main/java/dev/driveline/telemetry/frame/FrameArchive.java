package dev.driveline.telemetry.frame;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where frames are found, each by the tenant that its vehicle had then. Thread-safe; blocks. */
public interface FrameArchive {

    /**
     * Batches that can hold a frame of a time, in the order of their references, boots and numbers.
     *
     * @param fromUs vehicle time, inclusive
     * @param toUs exclusive
     * @param from only from the batch of this place on, itself included; null from the first
     */
    List<FrameBatch> batches(
            TenantId tenant,
            Vin vin,
            long fromUs,
            long toUs,
            FrameBatch.@Nullable Place from,
            int limit);
}
