package dev.driveline.telemetry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.sequence.Gap;
import dev.driveline.telemetry.sequence.Gaps;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Table {@code batch_gap}, which {@link GapRows} writes. Thread-safe. */
public final class GapTable implements Gaps {

    private final Database database;
    private final TenantNumbers tenants;

    public GapTable(Database database) {
        this.database = database;
        this.tenants = new TenantNumbers(database);
    }

    @Override
    public List<OfBoot> list(
            TenantId tenant, Vin vin, Gap.@Nullable State state, @Nullable Place after, int limit) {
        int asking = tenants.of(tenant);
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select from_seq, to_seq, state, since_us, changed_us, boot
                                from batch_gap
                                where vin = :vin and tenant_id = :tenant
                                    and (:state::text is null or state = :state)
                                    and (:first or (-since_us, boot, from_seq)
                                        > (-:sinceUs, :boot, :from))
                                order by since_us desc, boot, from_seq limit :limit
                                """)
                        .bind("vin", vin.value())
                        .bind("tenant", asking)
                        .bind("state", state == null ? null : state.name())
                        .bind("first", after == null)
                        .bind("sinceUs", after == null ? 0 : after.sinceUs())
                        .bind("boot", after == null ? 0 : after.boot())
                        .bind("from", after == null ? 0 : after.from())
                        .bind("limit", limit)
                        .map((row, _) -> new OfBoot(row.getLong(6), GapRows.gapOf(row)))
                        .list());
    }

    /** Deletes what was found before so many days. */
    public Runnable forgetter(int days, Clock clock) {
        return () -> {
            Instant before = clock.instant().minus(Duration.ofDays(days));
            database.run(handle ->
                    handle.execute(
                            "delete from batch_gap where since_us < ?",
                            ChronoUnit.MICROS.between(Instant.EPOCH, before)));
        };
    }
}
