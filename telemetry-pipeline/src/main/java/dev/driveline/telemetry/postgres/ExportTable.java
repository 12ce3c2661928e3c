package dev.driveline.telemetry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.export.Export;
import dev.driveline.telemetry.export.ExportOrder;
import dev.driveline.telemetry.export.ExportPlace;
import dev.driveline.telemetry.export.ExportState;
import dev.driveline.telemetry.export.Exports;
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

/** Tables {@code export} and {@code export_part}. Thread-safe. */
public final class ExportTable implements Exports {

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
     * @param perTenant exports of one tenant, those that are over and not yet expired included
     */
    public ExportTable(Database database, Duration kept, int perTenant, Clock clock) {
        this.database = database;
        this.kept = kept;
        this.perTenant = perTenant;
        this.clock = clock;
    }

    @Override
    public Export add(Caller caller, ExportOrder order, @Nullable Use use) {
        Instant now = now();
        UUID id = UUID.randomUUID();
        return database.transaction(handle -> {
            handle.execute(
                    "select pg_advisory_xact_lock(hashtextextended('driveline.exports/' || ?, 0))",
                    caller.tenant().value());
            Export former = use == null ? null : former(handle, caller, use);
            if (former != null) {
                return former;
            }
            int count =
                    handle.createQuery("select count(*) from export where tenant = ?")
                            .bind(0, caller.tenant().value())
                            .mapTo(Integer.class)
                            .one();
            if (count >= perTenant) {
                throw new InvalidValueException(
                        ErrorCode.CONFLICT,
                        "export",
                        "of tenant " + caller.tenant(),
                        "there are %d, no more are taken until one is deleted or expires"
                                .formatted(perTenant));
            }
            return handle.createQuery(
                            """
                            insert into export (id, tenant, state, export_order, place, created_at,
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
                    .bind("place", Json.text(ExportPlace.BEGIN))
                    .bind("now", at(now))
                    .bind("by", caller.subject())
                    .bind("app", caller.actor())
                    .bind("expires", at(now.plus(kept)))
                    .map((row, _) -> exportOf(row))
                    .one();
        });
    }

    @Override
    public @Nullable Export former(Caller caller, Use use) {
        Optional<Export> found =
                database.transaction(handle -> Optional.ofNullable(former(handle, caller, use)));
        return found.orElse(null);
    }

    private @Nullable Export former(Handle handle, Caller caller, Use use) {
        return handle.createQuery(
                        """
                        select * from export
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
                    return exportOf(row);
                })
                .findFirst()
                .orElse(null);
    }

    @Override
    public List<Export> list(TenantId tenant) {
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select * from export where tenant = :tenant
                                order by created_at desc, id
                                """)
                        .bind("tenant", tenant.value())
                        .map((row, _) -> exportOf(row))
                        .list());
    }

    @Override
    public Export get(TenantId tenant, UUID id) {
        return database.transaction(handle ->
                handle.createQuery("select * from export where id = :id and tenant = :tenant")
                        .bind("id", id)
                        .bind("tenant", tenant.value())
                        .map((row, _) -> exportOf(row))
                        .findOne()
                        .orElseThrow(() ->
                                new InvalidValueException(
                                        ErrorCode.EXPORT_UNKNOWN, "export", id, "does not exist")));
    }

    @Override
    public void remove(TenantId tenant, UUID id) {
        int rows =
                database.transaction(handle ->
                        handle.execute(
                                "delete from export where id = ? and tenant = ?",
                                id,
                                tenant.value()));
        if (rows == 0) {
            throw new InvalidValueException(
                    ErrorCode.EXPORT_UNKNOWN, "export", id, "does not exist");
        }
    }

    @Override
    public byte @Nullable [] part(UUID id, int part) {
        Optional<byte[]> found =
                database.transaction(handle ->
                        handle.createQuery(
                                        """
                                        select bytes from export_part
                                        where export_id = :id and part = :part
                                        """)
                                .bind("id", id)
                                .bind("part", part)
                                .map((row, _) -> row.getBytes(1))
                                .findOne());
        return found.orElse(null);
    }

    @Override
    public @Nullable Work take() {
        long lease = ThreadLocalRandom.current().nextLong();
        Instant now = now();
        Optional<Work> taken =
                database.transaction(handle ->
                        handle.createQuery(
                                        """
                                        update export set state = 'RUNNING', lease = :lease,
                                            lease_until = :until
                                        where id = (
                                            select id from export
                                            where state in ('WAITING', 'RUNNING')
                                                and coalesce(lease_until < :now, true)
                                            order by created_at, id limit 1
                                            for update skip locked)
                                        returning *
                                        """)
                                .bind("lease", lease)
                                .bind("until", at(now.plus(LEASE)))
                                .bind("now", at(now))
                                .map((row, _) -> new Work(exportOf(row), lease))
                                .findOne());
        return taken.orElse(null);
    }

    @Override
    public @Nullable Work append(
            Work work, byte[] piece, long lines, ExportPlace next, boolean done) {
        Instant now = now();
        Optional<Work> written =
                database.transaction(handle -> {
                    Optional<Work> after =
                            handle.createQuery(
                                            """
                                            update export set place = :place::jsonb,
                                                parts = parts + 1, lines = lines + :lines,
                                                bytes = bytes + :bytes, attempts = 0,
                                                state = :state, lease_until = :until,
                                                finished_at = :finished,
                                                expires_at = :expires
                                            where id = :id and lease = :lease
                                                and state = 'RUNNING'
                                            returning *
                                            """)
                                    .bind("place", Json.text(next))
                                    .bind("lines", lines)
                                    .bind("bytes", piece.length)
                                    .bind("state", done ? "DONE" : "RUNNING")
                                    .bind("until", at(now.plus(LEASE)))
                                    .bind("finished", done ? at(now) : null)
                                    .bind("expires", at(now.plus(kept)))
                                    .bind("id", work.export().id())
                                    .bind("lease", work.lease())
                                    .map((row, _) -> new Work(exportOf(row), work.lease()))
                                    .findOne();
                    if (after.isPresent()) {
                        handle.execute(
                                "insert into export_part (export_id, part, bytes) values (?, ?, ?)",
                                work.export().id(),
                                after.get().export().parts() - 1,
                                piece);
                    }
                    return after;
                });
        return written.orElse(null);
    }

    @Override
    public void fail(Work work, String reason) {
        database.run(handle -> {
            int rows =
                    handle.execute(
                            """
                            update export set state = 'FAILED', reason = ?, finished_at = ?
                            where id = ? and lease = ? and state = 'RUNNING'
                            """,
                            reason,
                            at(now()),
                            work.export().id(),
                            work.lease());
            if (rows > 0) {
                handle.execute("delete from export_part where export_id = ?", work.export().id());
            }
        });
    }

    @Override
    public void postpone(Work work, String reason) {
        database.run(handle ->
                handle.execute(
                        """
                        update export set attempts = attempts + 1, lease_until = ?,
                            state = case when attempts + 1 >= ? then 'FAILED' else state end,
                            reason = case when attempts + 1 >= ? then ? else reason end
                        where id = ? and lease = ? and state = 'RUNNING'
                        """,
                        at(now().plus(PAUSE)),
                        MAX_ATTEMPTS,
                        MAX_ATTEMPTS,
                        reason,
                        work.export().id(),
                        work.lease()));
    }

    @Override
    public void forgetExpired() {
        database.run(
                handle -> handle.execute("delete from export where expires_at < ?", at(now())));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static Export exportOf(ResultSet row) throws SQLException {
        OffsetDateTime finished = row.getObject("finished_at", OffsetDateTime.class);
        return new Export(
                row.getObject("id", UUID.class),
                TenantId.of(row.getString("tenant")),
                ExportState.valueOf(row.getString("state")),
                Json.read(row.getString("export_order"), ExportOrder.class),
                Json.read(row.getString("place"), ExportPlace.class),
                row.getInt("parts"),
                row.getLong("lines"),
                row.getLong("bytes"),
                row.getString("reason"),
                row.getString("created_by"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                finished == null ? null : finished.toInstant(),
                row.getObject("expires_at", OffsetDateTime.class).toInstant());
    }
}
