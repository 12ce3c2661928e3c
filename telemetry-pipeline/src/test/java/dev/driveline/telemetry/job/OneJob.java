package dev.driveline.telemetry.job;

import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.auth.Caller;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** One job, as the table keeps it. */
public final class OneJob<O, P, D> implements Jobs<O, P, D> {

    public static final TenantId TENANT = TenantId.of("acme");

    private final JobKind<O, P, D> kind;
    private final List<String> postponed = new ArrayList<>();
    private Job<O, P, D> job;
    private long lease;

    public OneJob(JobKind<O, P, D> kind, O order) {
        this.kind = kind;
        this.job =
                new Job<>(
                        UUID.randomUUID(),
                        TENANT,
                        JobState.WAITING,
                        order,
                        kind.begin(),
                        kind.nothing(),
                        null,
                        "lake",
                        Instant.EPOCH,
                        null,
                        Instant.EPOCH);
    }

    public Job<O, P, D> job() {
        return job;
    }

    /** Why it was postponed, each time. */
    public List<String> postponed() {
        return postponed;
    }

    private void become(JobState state, P place, D done, String reason) {
        job =
                new Job<>(
                        job.id(),
                        TENANT,
                        state,
                        job.order(),
                        place,
                        done,
                        reason,
                        job.by(),
                        job.createdAt(),
                        job.finishedAt(),
                        job.expiresAt());
    }

    /** As the table writes it in the transaction that brings it there. */
    public Work<O, P, D> advance(Work<O, P, D> work, P next, D done, boolean over) {
        if (work.lease() != lease || !job.isUnderWay()) {
            return null;
        }
        become(over ? JobState.DONE : JobState.RUNNING, next, done, null);
        return new Work<>(job, lease);
    }

    @Override
    public JobKind<O, P, D> kind() {
        return kind;
    }

    @Override
    public Work<O, P, D> take() {
        return job.isUnderWay() ? new Work<>(job, ++lease) : null;
    }

    @Override
    public void fail(Work<O, P, D> work, String reason) {
        if (work.lease() == lease) {
            become(JobState.FAILED, job.place(), job.done(), reason);
        }
    }

    /** It can be taken again at once. */
    @Override
    public void postpone(Work<O, P, D> work, String reason) {
        if (work.lease() == lease) {
            postponed.add(reason);
        }
    }

    @Override
    public Job<O, P, D> add(Caller caller, O order, Use use) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Job<O, P, D> former(Caller caller, Use use) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Job<O, P, D>> list(TenantId tenant) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Job<O, P, D> get(TenantId tenant, UUID id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void remove(TenantId tenant, UUID id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void forgetExpired() {
        throw new UnsupportedOperationException();
    }
}
