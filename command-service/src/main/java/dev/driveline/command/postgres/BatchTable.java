package dev.driveline.command.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.driveline.command.batch.Batch;
import dev.driveline.command.batch.BatchEnd;
import dev.driveline.command.batch.BatchId;
import dev.driveline.command.batch.BatchSender;
import dev.driveline.command.batch.BatchSpec;
import dev.driveline.command.batch.BatchState;
import dev.driveline.command.batch.Counts;
import dev.driveline.command.batch.Outcome;
import dev.driveline.command.batch.Pace;
import dev.driveline.command.batch.StoredBatch;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.json.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/**
 * Table {@code batch}. Who changes a batch, its counts or its vehicles' states holds its row, and
 * takes no vehicle's lock meanwhile.
 */
public final class BatchTable {

    private static final TypeReference<Map<Outcome, Long>> BY_OUTCOME = new TypeReference<>() {};

    public void insert(Handle handle, StoredBatch stored, Instant due) {
        handle.createUpdate(
                        """
                        INSERT INTO batch (id, tenant, spec, sender, requested_by, state, waiting, underway, ended,
                                           judged_from, pace_us, version, step, created_at, due_at)
                        VALUES (:id, :tenant, :spec::jsonb, :sender::jsonb, :by, :state, :waiting, 0, '{}', '{}', 0,
                                :version, :step, :created, :due)
                        """)
                .bind("id", stored.id().value())
                .bind("tenant", stored.tenant().value())
                .bind("spec", Json.text(stored.spec()))
                .bind("sender", Json.text(stored.sender()))
                .bind("by", stored.sender().subject())
                .bind("state", stored.batch().state().name())
                .bind("waiting", stored.batch().counts().waiting())
                .bind("version", stored.version())
                .bind("step", stored.step())
                .bind("created", stored.createdAt())
                .bind("due", due)
                .execute();
    }

    /** Writes what can change. */
    public void save(Handle handle, StoredBatch stored, @Nullable Instant due) {
        Batch batch = stored.batch();
        BatchEnd end = batch.end();
        handle.createUpdate(
                        """
                        UPDATE batch
                        SET state = :state, end_as = :end, why = :why, waiting = :waiting, underway = :underway,
                            ended = :ended::jsonb, judged_from = :judged::jsonb, pace_us = :pace, version = :version,
                            step = :step, waits_for = :waitsFor, approved_by = :approvedBy, started_at = :started,
                            ended_at = :endedAt, due_at = :due
                        WHERE id = :id
                        """)
                .bind("id", stored.id().value())
                .bind("state", batch.state().name())
                .bind("end", end == null ? null : end.name())
                .bind("why", batch.why())
                .bind("waiting", batch.counts().waiting())
                .bind("underway", batch.counts().underway())
                .bind("ended", Json.text(batch.counts().ended()))
                .bind("judged", Json.text(batch.judgedFrom()))
                .bind("pace", batch.pace().nextUs())
                .bind("version", stored.version())
                .bind("step", stored.step())
                .bind("waitsFor", stored.waitsFor())
                .bind("approvedBy", stored.approvedBy())
                .bind("started", stored.startedAt())
                .bind("endedAt", stored.endedAt())
                .bind("due", due)
                .execute();
    }

    /** One of a tenant; another's is as unknown as none. */
    public Optional<StoredBatch> find(Handle handle, TenantId tenant, BatchId id) {
        return handle.createQuery("SELECT * FROM batch WHERE id = :id AND tenant = :tenant")
                .bind("id", id.value())
                .bind("tenant", tenant.value())
                .map(BatchTable::batch)
                .findOne();
    }

    /** The same, with its row locked. */
    public Optional<StoredBatch> locked(Handle handle, TenantId tenant, BatchId id) {
        return handle.createQuery(
                        "SELECT * FROM batch WHERE id = :id AND tenant = :tenant FOR NO KEY UPDATE")
                .bind("id", id.value())
                .bind("tenant", tenant.value())
                .map(BatchTable::batch)
                .findOne();
    }

    private static final String DUE =
            """
            WHERE due_at <= :now AND (busy_until IS NULL OR busy_until <= :now)
            """;

    /** Those whose time has come and that nobody is busy with. */
    public List<StoredBatch> due(Handle handle, Instant now, int limit) {
        return handle.createQuery("SELECT * FROM batch " + DUE + "ORDER BY due_at LIMIT :limit")
                .bind("now", now)
                .bind("limit", limit)
                .map(BatchTable::batch)
                .list();
    }

    /** One of them, if it still is, with its row locked; empty if another has it. */
    public Optional<StoredBatch> due(Handle handle, BatchId id, Instant now) {
        return handle.createQuery(
                        "SELECT * FROM batch " + DUE + "AND id = :id FOR NO KEY UPDATE SKIP LOCKED")
                .bind("now", now)
                .bind("id", id.value())
                .map(BatchTable::batch)
                .findOne();
    }

    /** Nobody else takes it up until then; null for at once. */
    public void busy(Handle handle, BatchId id, @Nullable Instant until) {
        handle.createUpdate("UPDATE batch SET busy_until = :until WHERE id = :id")
                .bind("until", until)
                .bind("id", id.value())
                .execute();
    }

    /** Whether it runs; it goes on running until the transaction ends. */
    public boolean runs(Handle handle, BatchId id) {
        return handle.createQuery("SELECT state FROM batch WHERE id = :id FOR SHARE")
                .bind("id", id.value())
                .mapTo(String.class)
                .findOne()
                .filter(BatchState.RUNNING.name()::equals)
                .isPresent();
    }

    /** The first of so many places, in a batch whose row is locked. */
    public long places(Handle handle, BatchId id, int many) {
        return handle.createQuery(
                                "UPDATE batch SET places = places + :many WHERE id = :id RETURNING places")
                        .bind("many", many)
                        .bind("id", id.value())
                        .mapTo(Long.class)
                        .one()
                - many
                + 1;
    }

    /** How many of a tenant are not over. */
    public int openOnes(Handle handle, TenantId tenant) {
        return handle.createQuery(
                        "SELECT count(*) FROM batch WHERE tenant = :tenant AND ended_at IS NULL")
                .bind("tenant", tenant.value())
                .mapTo(Integer.class)
                .one();
    }

    /**
     * A page, the newest first.
     *
     * @param by only those of this caller; null for all
     */
    public List<StoredBatch> page(
            Handle handle, TenantId tenant, @Nullable String by, @Nullable UUID before, int limit) {
        return handle.createQuery(
                        """
                        SELECT * FROM batch
                        WHERE tenant = :tenant AND (:by::text IS NULL OR requested_by = :by)
                          AND (:before::uuid IS NULL OR id < :before::uuid)
                        ORDER BY id DESC LIMIT :limit
                        """)
                .bind("tenant", tenant.value())
                .bind("by", by)
                .bind("before", before)
                .bind("limit", limit)
                .map(BatchTable::batch)
                .list();
    }

    /** One that was over before then; its vehicles go first. */
    public Optional<BatchId> old(Handle handle, Instant before) {
        return handle.createQuery(
                        "SELECT id FROM batch WHERE ended_at < :before ORDER BY ended_at LIMIT 1")
                .bind("before", before)
                .map((row, context) -> new BatchId(row.getObject("id", UUID.class)))
                .findOne();
    }

    public void remove(Handle handle, BatchId id) {
        handle.execute("DELETE FROM batch WHERE id = ?", id.value());
    }

    private static StoredBatch batch(ResultSet row, StatementContext context) throws SQLException {
        String end = row.getString("end_as");
        return new StoredBatch(
                new BatchId(row.getObject("id", UUID.class)),
                TenantId.of(row.getString("tenant")),
                Json.read(row.getString("spec"), BatchSpec.class),
                Json.read(row.getString("sender"), BatchSender.class),
                new Batch(
                        BatchState.valueOf(row.getString("state")),
                        end == null ? null : BatchEnd.valueOf(end),
                        row.getString("why"),
                        new Counts(
                                row.getLong("waiting"),
                                row.getLong("underway"),
                                byOutcome(row.getString("ended"))),
                        byOutcome(row.getString("judged_from")),
                        new Pace(row.getLong("pace_us"))),
                row.getLong("version"),
                row.getInt("step"),
                row.getString("waits_for"),
                row.getString("approved_by"),
                CommandTable.instant(row, "created_at"),
                instant(row, "started_at"),
                instant(row, "ended_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private static Map<Outcome, Long> byOutcome(String json) {
        try {
            return Json.mapper().readValue(json, BY_OUTCOME);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("counts of a batch cannot be read: " + json, broken);
        }
    }
}
