package dev.driveline.telemetry.rule;

import dev.driveline.contract.alert.Severity;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The alerts of tenants. Thread-safe; blocks. */
public interface Alerts {

    /**
     * Which alerts; null asks for nothing.
     *
     * @param vins only of these vehicles
     * @param fromUs raised then or later, vehicle time
     * @param toUs raised before
     * @param after where the page before ended; the newest first
     */
    record Query(
            @Nullable Set<Vin> vins,
            @Nullable String rule,
            @Nullable Severity severity,
            Alert.@Nullable State state,
            @Nullable Boolean acknowledged,
            long fromUs,
            long toUs,
            @Nullable Place after,
            int limit) {}

    record Place(long raisedUs, UUID id) {}

    List<Alert> list(TenantId tenant, Query query);

    /** How many fire, by severity; each has an entry. */
    Map<Severity, Long> firing(TenantId tenant, Set<Vin> vins);

    /**
     * @throws dev.driveline.contract.error.InvalidValueException ALERT_UNKNOWN
     */
    Alert get(TenantId tenant, UUID id);

    /**
     * Notes that the caller has seen it; the first who has stays.
     *
     * @throws dev.driveline.contract.error.InvalidValueException ALERT_UNKNOWN
     */
    Alert acknowledge(Caller caller, UUID id, @Nullable String comment);
}
