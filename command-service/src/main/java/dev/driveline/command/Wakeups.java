package dev.driveline.command;

import dev.driveline.command.postgres.WakeTable;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.vehicle.VehicleEvent;
import dev.driveline.store.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Which sleeping vehicles can be woken, and may be: each wake-up costs its battery. Thread-safe.
 */
final class Wakeups {

    private static final Set<String> WAYS = Set.of("SMS", "TIMER", "NONE");

    private final Database database;
    private final WakeTable table = new WakeTable();
    private final @Nullable WakeProvider provider;
    private final int perDay;
    private final Duration spacing;

    /**
     * @param provider null where there is no way to wake a vehicle
     */
    Wakeups(Database database, @Nullable WakeProvider provider, int perDay, Duration spacing) {
        this.database = database;
        this.provider = provider;
        this.perDay = perDay;
        this.spacing = spacing;
    }

    /** A vehicle is about to sleep; what it says of itself beyond the ways counts as none. */
    void slept(Vin vin, VehicleEvent event, Instant now) {
        Map<String, Object> data = event.data();
        Object said = data == null ? null : data.get("wake");
        String way = String.valueOf(said).toUpperCase(Locale.ROOT);
        database.run(handle -> table.slept(handle, vin, WAYS.contains(way) ? way : "NONE", now));
    }

    boolean may(Handle handle, Vin vin, Instant now) {
        return provider != null && table.may(handle, vin, provider.way(), perDay, spacing, now);
    }

    /** Counts against its budget, in the caller's transaction. */
    void count(Handle handle, Vin vin, Instant now) {
        table.woken(handle, vin, now);
    }

    /** After the commit. */
    void wake(Vin vin, TenantId tenant) {
        if (provider != null) {
            provider.wake(vin, tenant);
        }
    }
}
