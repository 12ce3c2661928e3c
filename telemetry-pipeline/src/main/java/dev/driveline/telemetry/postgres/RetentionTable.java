package dev.driveline.telemetry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.retention.Retention;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Columns {@code retention_days} and {@code frame_days} of table {@code tenant}. Thread-safe. */
public final class RetentionTable implements Retention {

    private final Database database;
    private final TenantNumbers tenants;
    private final String column;
    private final int usualDays;

    private RetentionTable(Database database, String column, int usualDays) {
        this.database = database;
        this.tenants = new TenantNumbers(database);
        this.column = column;
        this.usualDays = usualDays;
    }

    /**
     * @param usualDays of tenants that have no other
     */
    public static RetentionTable ofSamples(Database database, int usualDays) {
        return new RetentionTable(database, "retention_days", usualDays);
    }

    /**
     * @param usualDays of tenants that have no other; 0 for none
     */
    public static RetentionTable ofFrames(Database database, int usualDays) {
        return new RetentionTable(database, "frame_days", usualDays);
    }

    @Override
    public InForce of(TenantId tenant) {
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select %1$s from tenant
                                where name = :name and %1$s is not null
                                """
                                        .formatted(column))
                        .bind("name", tenant.value())
                        .mapTo(Integer.class)
                        .findOne()
                        .map(days -> new InForce(days, true))
                        .orElse(new InForce(usualDays, false)));
    }

    @Override
    public void change(TenantId tenant, @Nullable Integer days) {
        tenants.learn(Set.of(tenant));
        database.run(handle ->
                handle.createUpdate(
                                "update tenant set %s = :days where name = :name".formatted(column))
                        .bind("days", days)
                        .bind("name", tenant.value())
                        .execute());
    }
}
