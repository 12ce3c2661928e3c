package dev.driveline.command.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * How often commands of a type were asked for, out of table {@code command}. Exact for a vehicle,
 * under its lock; requests for other vehicles at the same moment can pass the limits of caller and
 * tenant by as many.
 */
public final class QuotaTable {

    private static final String NTH =
            "AND type = :type AND issued_at > :since ORDER BY issued_at DESC OFFSET :before LIMIT 1";

    /** When the last but {@code limit - 1} for a vehicle was asked for; empty if it was not. */
    public Optional<Instant> ofVehicle(
            Handle handle, Vin vin, String type, Instant since, int limit) {
        return nth(
                handle.createQuery("SELECT issued_at FROM command WHERE vin = :vin " + NTH)
                        .bind("vin", vin.value()),
                type,
                since,
                limit);
    }

    /** As {@link #ofVehicle}, by a caller; what went out in batches is not counted. */
    public Optional<Instant> ofCaller(
            Handle handle, TenantId tenant, String caller, String type, Instant since, int limit) {
        return nth(
                handle.createQuery(
                                "SELECT issued_at FROM command WHERE tenant = :tenant AND requested_by = :caller AND batch IS NULL "
                                        + NTH)
                        .bind("tenant", tenant.value())
                        .bind("caller", caller),
                type,
                since,
                limit);
    }

    /** As {@link #ofVehicle}, by a tenant. */
    public Optional<Instant> ofTenant(
            Handle handle, TenantId tenant, String type, Instant since, int limit) {
        return nth(
                handle.createQuery("SELECT issued_at FROM command WHERE tenant = :tenant " + NTH)
                        .bind("tenant", tenant.value()),
                type,
                since,
                limit);
    }

    /** How many of a type a tenant asked for since then; not counted beyond {@code most}. */
    public int countOfTenant(Handle handle, TenantId tenant, String type, Instant since, int most) {
        return handle.createQuery(
                        """
                        SELECT count(*) FROM (
                            SELECT 1 FROM command WHERE tenant = :tenant AND type = :type AND issued_at > :since
                            LIMIT :most) found
                        """)
                .bind("tenant", tenant.value())
                .bind("type", type)
                .bind("since", since)
                .bind("most", most)
                .mapTo(Integer.class)
                .one();
    }

    private static Optional<Instant> nth(Query query, String type, Instant since, int limit) {
        return query.bind("type", type)
                .bind("since", since)
                .bind("before", limit - 1)
                .map((row, context) -> CommandTable.instant(row, "issued_at"))
                .findOne();
    }
}
