package dev.driveline.telemetry.sample;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.batch.BootId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record of {@code telemetry.signals} on its way into the store.
 *
 * @param tenant the vehicle's when the batch was received; only it reads the samples, even after
 *     the vehicle went to another. Null where none was known: then nobody reads them
 * @param chunks the batch's samples, split by signal
 */
public record StoredBatch(
        Vin vin,
        @Nullable TenantId tenant,
        BootId boot,
        SampleBatch batch,
        List<SignalChunk> chunks) {

    /**
     * @throws IllegalArgumentException if the batch's boot id or columns are none
     */
    public static StoredBatch of(Vin vin, @Nullable TenantId tenant, SampleBatch batch) {
        return new StoredBatch(
                vin, tenant, BootId.of(batch.getBootId()), batch, SignalChunk.split(batch));
    }

    /** Whether its time is not the vehicle's own statement. */
    public boolean isTimeEstimated() {
        return Quality.isTimeEstimated(batch);
    }
}
