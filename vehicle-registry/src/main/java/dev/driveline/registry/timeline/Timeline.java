package dev.driveline.registry.timeline;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events of vehicles. Thread-safe. */
public interface Timeline {

    /**
     * Which events of one vehicle, the latest first; null members ask for nothing.
     *
     * @param to exclusive
     * @param before the event before which the page begins; null for the latest
     */
    record Query(
            TenantId tenant,
            Vin vin,
            @Nullable String type,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable Place before,
            int limit) {}

    /** A place in a timeline: time and id of an event. */
    record Place(Instant at, java.util.UUID id) {}

    /**
     * @throws dev.driveline.contract.error.InvalidValueException VEHICLE_UNKNOWN
     */
    List<VehicleEvent> list(Query query);

    /**
     * How a vehicle is connected.
     *
     * @param online whether the session opened last has not been closed
     * @param opened the latest connection; null for none within what is kept
     * @param closed the latest end of one
     * @param refused the latest refusal
     */
    record Connection(
            boolean online,
            @Nullable VehicleEvent opened,
            @Nullable VehicleEvent closed,
            @Nullable VehicleEvent refused) {}

    /**
     * @throws dev.driveline.contract.error.InvalidValueException VEHICLE_UNKNOWN
     */
    Connection connection(TenantId tenant, Vin vin);
}
