package dev.driveline.telemetry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.store.postgres.Database;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Which vehicles' legs are to be looked for, and who does it: a vehicle is leased for five minutes,
 * and what was found counts only while the lease is held. Thread-safe.
 */
final class LegLeases {

    private static final int AT_ONCE = 500;

    private final Database database;

    LegLeases(Database database) {
        this.database = database;
    }

    record Vehicle(Vin vin, TenantId tenant, int tenantNumber) {}

    /**
     * What is to be looked at.
     *
     * @param newUs the earliest that is new; Long.MAX_VALUE for nothing
     * @param newestUs the latest that there is
     * @param lastAt when something came last
     * @param quiet whether that is a while ago
     * @param memory of the finder, all before {@code upToUs}; null for none
     */
    record Lease(
            Vehicle vehicle,
            long number,
            long newUs,
            long newestUs,
            Instant lastAt,
            boolean quiet,
            byte @Nullable [] memory,
            long upToUs) {}

    /**
     * Vehicles whose clues came to rest, have waited long, or whose leg must have ended.
     *
     * @param quiet nothing came since then
     * @param waiting something has waited since then
     */
    List<Vehicle> due(Instant now, Instant quiet, Instant waiting) {
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select m.vin, t.name, m.tenant_id from leg_mark m
                                join tenant t on t.id = m.tenant_id
                                where (coalesce(m.new_us, m.taken_us) is not null
                                        and (m.last_at < :quiet or m.first_at < :waiting)
                                    or m.ends_at < :now)
                                    and coalesce(m.leased_at < now() - interval '5 minutes', true)
                                order by m.first_at limit :limit
                                """)
                        .bind("quiet", at(quiet))
                        .bind("waiting", at(waiting))
                        .bind("now", at(now))
                        .bind("limit", AT_ONCE)
                        .map((row, _) ->
                                new Vehicle(
                                        Vin.of(row.getString(1)),
                                        TenantId.of(row.getString(2)),
                                        row.getInt(3)))
                        .list());
    }

    /** Null where another instance is at it. */
    @Nullable Lease take(Vehicle vehicle, Instant quiet) {
        long number = ThreadLocalRandom.current().nextLong();
        Optional<Lease> taken =
                database.transaction(handle ->
                        handle.createQuery(
                                        """
                                        with taken as (
                                            update leg_mark set taken_us = least(taken_us, new_us),
                                                new_us = null, lease = :lease, leased_at = now()
                                            where vin = :vin and tenant_id = :tenant
                                                and coalesce(
                                                    leased_at < now() - interval '5 minutes', true)
                                            returning vin, tenant_id, taken_us, newest_us, last_at
                                        )
                                        select t.taken_us, t.newest_us, t.last_at, t.last_at < :quiet, p.memory,
                                            coalesce(p.up_to_us, 0)
                                        from taken t
                                        left join leg_memory p
                                            on p.vin = t.vin and p.tenant_id = t.tenant_id
                                        """)
                                .bind("lease", number)
                                .bind("vin", vehicle.vin().value())
                                .bind("tenant", vehicle.tenantNumber())
                                .bind("quiet", at(quiet))
                                .map((row, _) -> {
                                    long newUs = row.getLong(1);
                                    return new Lease(
                                            vehicle,
                                            number,
                                            row.wasNull() ? Long.MAX_VALUE : newUs,
                                            row.getLong(2),
                                            row.getObject(3, OffsetDateTime.class).toInstant(),
                                            row.getBoolean(4),
                                            row.getBytes(5),
                                            row.getLong(6));
                                })
                                .findOne());
        return taken.orElse(null);
    }

    /**
     * Gives a lease back within the transaction that writes what was found.
     *
     * @param restUs from where there is more to look at; null for nothing
     * @param endsAt when a leg at hand ends by itself; null for never
     * @return whether the lease was held until now; else nothing may be written
     */
    static boolean giveBack(
            Handle handle, Lease lease, @Nullable Long restUs, @Nullable Instant endsAt) {
        return handle.createUpdate(
                                """
                                update leg_mark set taken_us = :rest, lease = null,
                                    leased_at = null, ends_at = :ends,
                                    first_at = case when coalesce(new_us, :rest) is null then null
                                        else now() end
                                where vin = :vin and tenant_id = :tenant and lease = :lease
                                """)
                        .bind("rest", restUs)
                        .bind("ends", endsAt == null ? null : at(endsAt))
                        .bind("vin", lease.vehicle().vin().value())
                        .bind("tenant", lease.vehicle().tenantNumber())
                        .bind("lease", lease.number())
                        .execute()
                == 1;
    }

    static void remember(Handle handle, Lease lease, long upToUs, byte[] memory) {
        handle.execute(
                """
                insert into leg_memory (vin, tenant_id, up_to_us, memory) values (?, ?, ?, ?)
                on conflict (vin, tenant_id) do update set
                    up_to_us = excluded.up_to_us, memory = excluded.memory
                """,
                lease.vehicle().vin().value(),
                lease.vehicle().tenantNumber(),
                upToUs,
                memory);
    }

    private static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
