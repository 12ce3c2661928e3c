package dev.driveline.command.batch;

import dev.driveline.contract.id.TenantId;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A batch as it is kept.
 *
 * @param version rises with every change
 * @param step the number of its last audited step, from 1
 * @param waitsFor why nothing goes out although it runs; null if it does
 * @param approvedBy null before a second person agreed, or without need
 * @param startedAt null before it was started
 * @param endedAt null before it is over
 */
public record StoredBatch(
        BatchId id,
        TenantId tenant,
        BatchSpec spec,
        BatchSender sender,
        Batch batch,
        long version,
        int step,
        @Nullable String waitsFor,
        @Nullable String approvedBy,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt) {

    /** The same after a step of the machine. */
    public StoredBatch with(Batch changed, Instant now) {
        boolean over = changed.state() == BatchState.ENDED;
        boolean runs = changed.state() == BatchState.RUNNING;
        return new StoredBatch(
                id,
                tenant,
                spec,
                sender,
                changed,
                changed.equals(batch) ? version : version + 1,
                changed.state() == batch.state() ? step : step + 1,
                runs ? waitsFor : null,
                approvedBy,
                createdAt,
                startedAt == null && runs ? now : startedAt,
                endedAt == null && over ? now : endedAt);
    }

    /** The same, with why nothing goes out; null, also where it does not run. */
    public StoredBatch waitingFor(@Nullable String what) {
        String why = batch.state() == BatchState.RUNNING ? what : null;
        return new StoredBatch(
                id,
                tenant,
                spec,
                sender,
                batch,
                Objects.equals(why, waitsFor) ? version : version + 1,
                step,
                why,
                approvedBy,
                createdAt,
                startedAt,
                endedAt);
    }

    public StoredBatch approved(String by) {
        return new StoredBatch(
                id, tenant, spec, sender, batch, version, step, waitsFor, by, createdAt, startedAt,
                endedAt);
    }
}
