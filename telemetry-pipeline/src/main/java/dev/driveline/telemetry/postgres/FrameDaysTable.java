package dev.driveline.telemetry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.frame.FrameDays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Column {@code frame_days} of table {@code tenant}. Thread-safe. */
public final class FrameDaysTable implements FrameDays {

    private final Database database;
    private final TenantNumbers tenants;
    private final int usualDays;

    /**
     * @param usualDays of tenants that have no other; 0 for none
     */
    public FrameDaysTable(Database database, int usualDays) {
        this.database = database;
        this.tenants = new TenantNumbers(database);
        this.usualDays = usualDays;
    }

    @Override
    public InForce of(TenantId tenant) {
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select frame_days from tenant
                                where name = :name and frame_days is not null
                                """)
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
                handle.createUpdate("update tenant set frame_days = :days where name = :name")
                        .bind("days", days)
                        .bind("name", tenant.value())
                        .execute());
    }
}
