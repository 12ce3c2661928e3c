package dev.driveline.telemetry.intake;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.contract.vehicle.Rejection;
import org.jspecify.annotations.Nullable;

/** What became of a record of {@code telemetry.can} or {@code telemetry.signals.raw}. */
public sealed interface Outcome {

    /**
     * It is new and was decoded; what is known of the vehicle has gone on.
     *
     * @param tenant of the vehicle; null where the registry does not know the vehicle
     */
    record Accepted(SampleBatch batch, @Nullable TenantId tenant) implements Outcome {}

    /** It was accepted before. */
    record Duplicate() implements Outcome {}

    /** It cannot be used; nothing is known of it afterwards. */
    record Rejected(Rejection reason, String detail) implements Outcome {}
}
