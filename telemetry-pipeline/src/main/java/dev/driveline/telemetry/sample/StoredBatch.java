package dev.driveline.telemetry.sample;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.telemetry.v1.SampleBatch;

/** A record of {@code telemetry.signals} on its way into the store. */
public record StoredBatch(Vin vin, SampleBatch batch) {

    /** Whether its time is not the vehicle's own statement. */
    public boolean isTimeEstimated() {
        return Quality.isTimeEstimated(batch);
    }
}
