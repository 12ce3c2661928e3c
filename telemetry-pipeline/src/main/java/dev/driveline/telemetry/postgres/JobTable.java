package dev.driveline.telemetry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.job.Job;
import dev.driveline.telemetry.job.JobKind;
import dev.driveline.telemetry.job.JobState;
import dev.driveline.telemetry.job.Jobs;
import dev.driveline.telemetry.job.Work;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Jobs of one kind in table {@code job}. Thread-safe. */
public final class JobTable<O, P, D> implements Jobs<O, P, D> {

    private static final int MAX_ATTEMPTS = 10;
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration KEY_COUNTS = Duration.ofHours(24);

    private final Database database;
    private final JobKind<O, P, D> kind;
    private final Duration kept;
    private final int perTenant;
    private final Clock clock;

    /**
     * @param kept from the order on, and anew from the end on
     * @param perTenant jobs of one tenant, those that are over and not yet expired included
     */
    public JobTable(
            Database database, JobKind<O, P, D> kind, Duration kept, int perTenant, Clock clock) {
        this.database = database;
        this.kind = kind;
        this.kept = kept;
        this.perTenant = perTenant;
        this.clock = clock;
    }

    @Override
    public JobKind<O, P, D> kind() {
        return kind;
    }

    @Override
    public Job<O, P, D> add(Caller caller, O order, @Nullable Use use) {
        Instant now = now();
        UUID id = UUID.randomUUID();
        return database.transaction(handle -> {
            handle.execute(
                    """
                    select pg_advisory_xact_lock(
                        hashtextextended('driveline.jobs/' || ? || '/' || ?, 0))
                    """,
                    kind.name(),
                    caller.tenant().value());
            Job<O, P, D> former = use == null ? null : former(handle, caller, use);
            if (former != null) {
                return former;
            }
            mustHaveRoom(handle, caller.tenant());
            return handle.createQuery(
                            """
                            insert into job (id, kind, tenant, state, job_order, place, done,
                                created_at, created_by, created_app, expires_at, idempotency_key,
                                body_hash)
                            values (:id, :kind, :tenant, 'WAITING', :order::jsonb, :place::jsonb,
                                :done::jsonb, :now, :by, :app, :expires, :key, :hash)
                            returning *
                            """)
                    .bind("id", id)
                    .bind("kind", kind.name())
                    .bind("tenant", caller.tenant().value())
                    .bind("order", Json.text(order))
                    .bind("place", Json.text(kind.begin()))
                    .bind("done", Json.text(kind.nothing()))
                    .bind("now", at(now))
                    .bind("by", caller.subject())
                    .bind("app", caller.actor())
                    .bind("expires", at(now.plus(kept)))
                    .bind("key", use == null ? null : use.key())
                    .bind("hash", use == null ? null : use.bodyHash())
                    .map((row, _) -> jobOf(row))
                    .one();
        });
    }

    private void mustHaveRoom(Handle handle, TenantId tenant) {
        int count =
                handle.createQuery(
                                "select count(*) from job where tenant = :tenant and kind = :kind")
                        .bind("tenant", tenant.value())
                        .bind("kind", kind.name())
                        .mapTo(Integer.class)
                        .one();
        if (count >= perTenant) {
            throw new InvalidValueException(
                    ErrorCode.CONFLICT,
                    kind.noun(),
                    "of tenant " + tenant,
                    "there are %d, no more are taken until one is deleted or expires"
                            .formatted(perTenant));
        }
    }

    @Override
    public @Nullable Job<O, P, D> former(Caller caller, Use use) {
        Optional<Job<O, P, D>> found =
                database.transaction(handle -> Optional.ofNullable(former(handle, caller, use)));
        return found.orElse(null);
    }

    private @Nullable Job<O, P, D> former(Handle handle, Caller caller, Use use) {
        return handle.createQuery(
                        """
                        select * from job
                        where tenant = :tenant and kind = :kind and created_by = :by
                            and idempotency_key = :key and created_at > :since
                        """)
                .bind("tenant", caller.tenant().value())
                .bind("kind", kind.name())
                .bind("by", caller.subject())
                .bind("key", use.key())
                .bind("since", at(now().minus(KEY_COUNTS)))
                .map((row, _) -> {
                    if (!Arrays.equals(row.getBytes("body_hash"), use.bodyHash())) {
                        throw new InvalidValueException(
                                ErrorCode.IDEMPOTENCY_MISMATCH,
                                "Idempotency-Key",
                                use.key(),
                                "was used for another order within 24 hours");
                    }
                    return jobOf(row);
                })
                .findFirst()
                .orElse(null);
    }

    @Override
    public List<Job<O, P, D>> list(TenantId tenant) {
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select * from job where tenant = :tenant and kind = :kind
                                order by created_at desc, id
                                """)
                        .bind("tenant", tenant.value())
                        .bind("kind", kind.name())
                        .map((row, _) -> jobOf(row))
                        .list());
    }

    @Override
    public Job<O, P, D> get(TenantId tenant, UUID id) {
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select * from job
                                where id = :id and tenant = :tenant and kind = :kind
                                """)
                        .bind("id", id)
                        .bind("tenant", tenant.value())
                        .bind("kind", kind.name())
                        .map((row, _) -> jobOf(row))
                        .findOne()
                        .orElseThrow(() -> kind.unknown(id)));
    }

    @Override
    public void remove(TenantId tenant, UUID id) {
        int rows =
                database.transaction(handle ->
                        handle.execute(
                                "delete from job where id = ? and tenant = ? and kind = ?",
                                id,
                                tenant.value(),
                                kind.name()));
        if (rows == 0) {
            throw kind.unknown(id);
        }
    }

    @Override
    public @Nullable Work<O, P, D> take() {
        long lease = ThreadLocalRandom.current().nextLong();
        Instant now = now();
        Optional<Work<O, P, D>> taken =
                database.transaction(handle ->
                        handle.createQuery(
                                        """
                                        update job set state = 'RUNNING', lease = :lease,
                                            lease_until = :until
                                        where id = (
                                            select id from job
                                            where kind = :kind
                                                and state in ('WAITING', 'RUNNING')
                                                and coalesce(lease_until < :now, true)
                                            order by created_at, id limit 1
                                            for update skip locked)
                                        returning *
                                        """)
                                .bind("lease", lease)
                                .bind("until", at(now.plus(LEASE)))
                                .bind("kind", kind.name())
                                .bind("now", at(now))
                                .map((row, _) -> new Work<>(jobOf(row), lease))
                                .findOne());
        return taken.orElse(null);
    }

    /**
     * Writes how far it has come, in the transaction that brings it there, and takes it for another
     * minute.
     *
     * @param done in all
     * @param over whether nothing is left to do
     * @return as it stands now; null if it is not ours any more
     */
    @Nullable Work<O, P, D> advance(
            Handle handle, Work<O, P, D> work, P next, D done, boolean over) {
        Instant now = now();
        return handle.createQuery(
                        """
                        update job set place = :place::jsonb, done = :done::jsonb, attempts = 0,
                            state = :state, lease_until = :until, finished_at = :finished,
                            expires_at = :expires
                        where id = :id and lease = :lease and state = 'RUNNING'
                        returning *
                        """)
                .bind("place", Json.text(next))
                .bind("done", Json.text(done))
                .bind("state", (over ? JobState.DONE : JobState.RUNNING).name())
                .bind("until", at(now.plus(LEASE)))
                .bind("finished", over ? at(now) : null)
                .bind("expires", at(now.plus(kept)))
                .bind("id", work.job().id())
                .bind("lease", work.lease())
                .map((row, _) -> new Work<>(jobOf(row), work.lease()))
                .findOne()
                .orElse(null);
    }

    @Override
    public void fail(Work<O, P, D> work, String reason) {
        database.run(handle -> fail(handle, work, reason));
    }

    private void fail(Handle handle, Work<O, P, D> work, String reason) {
        Instant now = now();
        int rows =
                handle.execute(
                        """
                        update job set state = 'FAILED', reason = ?, finished_at = ?,
                            expires_at = ?
                        where id = ? and lease = ? and state = 'RUNNING'
                        """,
                        reason,
                        at(now),
                        at(now.plus(kept)),
                        work.job().id(),
                        work.lease());
        if (rows > 0) {
            handle.execute("delete from export_part where job_id = ?", work.job().id());
        }
    }

    @Override
    public void postpone(Work<O, P, D> work, String reason) {
        database.run(handle -> {
            int attempts =
                    handle.createQuery(
                                    """
                                    update job set attempts = attempts + 1, lease_until = :until
                                    where id = :id and lease = :lease and state = 'RUNNING'
                                    returning attempts
                                    """)
                            .bind("until", at(now().plus(PAUSE)))
                            .bind("id", work.job().id())
                            .bind("lease", work.lease())
                            .mapTo(Integer.class)
                            .findOne()
                            .orElse(0);
            if (attempts >= MAX_ATTEMPTS) {
                fail(handle, work, reason);
            }
        });
    }

    @Override
    public void forgetExpired() {
        database.run(handle ->
                handle.execute(
                        "delete from job where kind = ? and expires_at < ?",
                        kind.name(),
                        at(now())));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private Job<O, P, D> jobOf(ResultSet row) throws SQLException {
        OffsetDateTime finished = row.getObject("finished_at", OffsetDateTime.class);
        return new Job<>(
                row.getObject("id", UUID.class),
                TenantId.of(row.getString("tenant")),
                JobState.valueOf(row.getString("state")),
                Json.read(row.getString("job_order"), kind.order()),
                Json.read(row.getString("place"), kind.place()),
                Json.read(row.getString("done"), kind.done()),
                row.getString("reason"),
                row.getString("created_by"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                finished == null ? null : finished.toInstant(),
                row.getObject("expires_at", OffsetDateTime.class).toInstant());
    }
}
