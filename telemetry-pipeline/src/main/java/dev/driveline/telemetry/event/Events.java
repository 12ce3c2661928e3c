package dev.driveline.telemetry.event;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events that are kept. Thread-safe. */
public interface Events {

    /**
     * A vehicle's events, the latest first.
     *
     * @param types names, or beginnings that end with a dot; empty for all
     * @param toUs exclusive
     * @param after only behind this one; null from the first
     */
    List<StoredEvent> list(
            TenantId tenant,
            Vin vin,
            List<String> types,
            long fromUs,
            long toUs,
            @Nullable Place after,
            int limit);

    /**
     * A vehicle's events of some types as they came.
     *
     * @param fromUs when they were, inclusive
     * @param toUs exclusive
     * @param after only behind this one; null from the first
     */
    List<StoredEvent> received(
            TenantId tenant,
            Vin vin,
            List<String> types,
            long fromUs,
            long toUs,
            @Nullable StoredEvent after,
            int limit);

    /** A vehicle's trouble codes: those that are ACTIVE first, then the ones heard last first. */
    List<TroubleCode> codes(TenantId tenant, Vin vin, TroubleCode.@Nullable Status status);

    /** Where an event stands in the list. */
    record Place(long tUs, String id) {}
}
