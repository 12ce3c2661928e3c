package dev.driveline.telemetry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.redecode.Redecode;
import dev.driveline.telemetry.redecode.RedecodeOrder;
import dev.driveline.telemetry.redecode.RedecodePlace;
import dev.driveline.telemetry.redecode.RedecodeState;
import dev.driveline.telemetry.redecode.Redecodes;
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

/** Table {@code redecode}. Thread-safe. */
public final class RedecodeTable implements Redecodes {

    private static final int MAX_ATTEMPTS = 10;
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration KEY_COUNTS = Duration.ofHours(24);

    private final Database database;
    private final Duration kept;
    private final int perTenant;
    private final Clock clock;

    /**
     * @param kept from the order on, and anew from the end on
     * @param perTenant re-decodings of one tenant, those that are over and not yet expired included
     */
    public RedecodeTable(Database database, Duration kept, int perTenant, Clock clock) {
        this.database = database;
        this.kept = kept;
        this.perTenant = perTenant;
        this.clock = clock;
    }

    @Override
    public Redecode add(Caller caller, RedecodeOrder order, @Nullable Use use) {
        Instant now = now();
        UUID id = UUID.randomUUID();
        return database.transaction(handle -> {
            handle.execute(
                    "select pg_advisory_xact_lock(hashtextextended('driveline.redecodes/' || ?, 0))",
                    caller.tenant().value());
            Redecode former = use == null ? null : former(handle, caller, use);
            if (former != null) {
                return former;
            }
            int count =
                    handle.createQuery("select count(*) from redecode where tenant = ?")
                            .bind(0, caller.tenant().value())
                            .mapTo(Integer.class)
                            .one();
            if (count >= perTenant) {
                throw new InvalidValueException(
                        ErrorCode.CONFLICT,
                        "re-decoding",
                        "of tenant " + caller.tenant(),
                        "there are %d, no more are taken until one is deleted or expires"
                                .formatted(perTenant));
            }
            return handle.createQuery(
                            """
                            insert into redecode (id, tenant, state, redecode_order, place, created_at,
                                created_by, created_app, expires_at, idempotency_key, body_hash)
                            values (:id, :tenant, 'WAITING', :order::jsonb, :place::jsonb, :now,
                                :by, :app, :expires, :key, :hash)
                            returning *
                            """)
                    .bind("id", id)
                    .bind("tenant", caller.tenant().value())
                    .bind("key", use == null ? null : use.key())
                    .bind("hash", use == null ? null : use.bodyHash())
                    .bind("order", Json.text(order))
                    .bind("place", Json.text(RedecodePlace.BEGIN))
                    .bind("now", at(now))
                    .bind("by", caller.subject())
                    .bind("app", caller.actor())
                    .bind("expires", at(now.plus(kept)))
                    .map((row, _) -> redecodeOf(row))
                    .one();
        });
    }

    @Override
    public @Nullable Redecode former(Caller caller, Use use) {
        Optional<Redecode> found =
                database.transaction(handle -> Optional.ofNullable(former(handle, caller, use)));
        return found.orElse(null);
    }

    private @Nullable Redecode former(Handle handle, Caller caller, Use use) {
        return handle.createQuery(
                        """
                        select * from redecode
                        where tenant = :tenant and created_by = :by and idempotency_key = :key
                            and created_at > :since
                        """)
                .bind("tenant", caller.tenant().value())
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
                    return redecodeOf(row);
                })
                .findFirst()
                .orElse(null);
    }

    @Override
    public List<Redecode> list(TenantId tenant) {
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select * from redecode where tenant = :tenant
                                order by created_at desc, id
                                """)
                        .bind("tenant", tenant.value())
                        .map((row, _) -> redecodeOf(row))
                        .list());
    }

    @Override
    public Redecode get(TenantId tenant, UUID id) {
        return database.transaction(handle ->
                handle.createQuery("select * from redecode where id = :id and tenant = :tenant")
                        .bind("id", id)
                        .bind("tenant", tenant.value())
                        .map((row, _) -> redecodeOf(row))
                        .findOne()
                        .orElseThrow(() ->
                                new InvalidValueException(
                                        ErrorCode.REDECODE_UNKNOWN,
                                        "re-decoding",
                                        id,
                                        "does not exist")));
    }

    @Override
    public void remove(TenantId tenant, UUID id) {
        int rows =
                database.transaction(handle ->
                        handle.execute(
                                "delete from redecode where id = ? and tenant = ?",
                                id,
                                tenant.value()));
        if (rows == 0) {
            throw new InvalidValueException(
                    ErrorCode.REDECODE_UNKNOWN, "re-decoding", id, "does not exist");
        }
    }

    /**
     * A re-decoding that is taken.
     *
     * @param lease says that it is taken by this one
     */
    record Work(Redecode redecode, long lease) {}

    /** Takes the one that waits longest for a minute; null where nothing is to do. */
    @Nullable Work take() {
        long lease = ThreadLocalRandom.current().nextLong();
        Instant now = now();
        Optional<Work> taken =
                database.transaction(handle ->
                        handle.createQuery(
                                        """
                                        update redecode set state = 'RUNNING', lease = :lease,
                                            lease_until = :until
                                        where id = (
                                            select id from redecode
                                            where state in ('WAITING', 'RUNNING')
                                                and coalesce(lease_until < :now, true)
                                            order by created_at, id limit 1
                                            for update skip locked)
                                        returning *
                                        """)
                                .bind("lease", lease)
                                .bind("until", at(now.plus(LEASE)))
                                .bind("now", at(now))
                                .map((row, _) -> new Work(redecodeOf(row), lease))
                                .findOne());
        return taken.orElse(null);
    }

    /**
     * Writes how far it has come, in the transaction that brings it there, and takes it for another
     * minute.
     *
     * @param more what is done besides
     * @return as it stands now; null if it is not ours any more
     */
    @Nullable Work advance(
            Handle handle, Work work, RedecodePlace next, Redecode.Counts more, boolean done) {
        Instant now = now();
        return handle.createQuery(
                        """
                        update redecode set place = :place::jsonb, batches = batches + :batches,
                            frames = frames + :frames, samples = samples + :samples,
                            passed_over = passed_over + :passed, attempts = 0, state = :state,
                            lease_until = :until, finished_at = :finished, expires_at = :expires
                        where id = :id and lease = :lease and state = 'RUNNING'
                        returning *
                        """)
                .bind("place", Json.text(next))
                .bind("batches", more.batches())
                .bind("frames", more.frames())
                .bind("samples", more.samples())
                .bind("passed", more.passedOver())
                .bind("state", done ? "DONE" : "RUNNING")
                .bind("until", at(now.plus(LEASE)))
                .bind("finished", done ? at(now) : null)
                .bind("expires", at(now.plus(kept)))
                .bind("id", work.redecode().id())
                .bind("lease", work.lease())
                .map((row, _) -> new Work(redecodeOf(row), work.lease()))
                .findOne()
                .orElse(null);
    }

    /** Ends it; what it did stays. */
    void fail(Work work, String reason) {
        database.run(handle ->
                handle.execute(
                        """
                        update redecode set state = 'FAILED', reason = ?, finished_at = ?
                        where id = ? and lease = ? and state = 'RUNNING'
                        """,
                        reason,
                        at(now()),
                        work.redecode().id(),
                        work.lease()));
    }

    /** Lets it be tried again in a while, or ends it after ten failures in a row. */
    void postpone(Work work, String reason) {
        database.run(handle ->
                handle.execute(
                        """
                        update redecode set attempts = attempts + 1, lease_until = ?,
                            state = case when attempts + 1 >= ? then 'FAILED' else state end,
                            reason = case when attempts + 1 >= ? then ? else reason end
                        where id = ? and lease = ? and state = 'RUNNING'
                        """,
                        at(now().plus(PAUSE)),
                        MAX_ATTEMPTS,
                        MAX_ATTEMPTS,
                        reason,
                        work.redecode().id(),
                        work.lease()));
    }

    /** Forgets what has expired. */
    void forgetExpired() {
        database.run(
                handle -> handle.execute("delete from redecode where expires_at < ?", at(now())));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static Redecode redecodeOf(ResultSet row) throws SQLException {
        OffsetDateTime finished = row.getObject("finished_at", OffsetDateTime.class);
        return new Redecode(
                row.getObject("id", UUID.class),
                TenantId.of(row.getString("tenant")),
                RedecodeState.valueOf(row.getString("state")),
                Json.read(row.getString("redecode_order"), RedecodeOrder.class),
                Json.read(row.getString("place"), RedecodePlace.class),
                new Redecode.Counts(
                        row.getLong("batches"),
                        row.getLong("frames"),
                        row.getLong("samples"),
                        row.getLong("passed_over")),
                row.getString("reason"),
                row.getString("created_by"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                finished == null ? null : finished.toInstant(),
                row.getObject("expires_at", OffsetDateTime.class).toInstant());
    }
}
