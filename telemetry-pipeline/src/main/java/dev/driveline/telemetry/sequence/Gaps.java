package dev.driveline.telemetry.sequence;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which batches of vehicles did not come. Thread-safe. */
public interface Gaps {

    /**
     * A vehicle's gaps, those found last first.
     *
     * @param state null for all
     * @param after only behind this one; null from the first
     */
    List<OfBoot> list(
            TenantId tenant, Vin vin, Gap.@Nullable State state, @Nullable Place after, int limit);

    /**
     * A gap and whose it is.
     *
     * @param boot of {@code BootId}
     */
    record OfBoot(long boot, Gap gap) {

        public Place place() {
            return new Place(gap.sinceUs(), boot, gap.from());
        }
    }

    /** Where a gap stands in the list. */
    record Place(long sinceUs, long boot, long from) {}
}
