package dev.driveline.telemetry.intake;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.contract.vehicle.Rejection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What became of a record of {@code telemetry.can} or {@code telemetry.signals.raw}. */
public sealed interface Outcome {

    /**
     * It is new and was decoded; what is known of the vehicle has gone on.
     *
     * @param tenant of the vehicle; null where the registry does not know the vehicle
     * @param codes what changed of the trouble codes that its control units say to be active
     */
    record Accepted(SampleBatch batch, @Nullable TenantId tenant, CodeChanges codes)
            implements Outcome {}

    /**
     * Changes of trouble codes.
     *
     * @param older codes that were told in a way of which the parameter cannot be known
     */
    record CodeChanges(List<CodeEvent> events, int older) {

        static final CodeChanges NONE = new CodeChanges(List.of(), 0);
    }

    /**
     * Data of an event that tells some.
     *
     * @param id the same whenever the same batch is taken
     * @param tUs when the control unit said it, vehicle time, microseconds since 1970
     */
    record CodeEvent(UUID id, long tUs, Map<String, Object> data) {}

    /** It was accepted before. */
    record Duplicate() implements Outcome {}

    /** It cannot be used; nothing is known of it afterwards. */
    record Rejected(Rejection reason, String detail) implements Outcome {}
}
