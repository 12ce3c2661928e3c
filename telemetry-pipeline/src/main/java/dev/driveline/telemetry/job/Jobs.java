package dev.driveline.telemetry.job;

import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.auth.Caller;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of one kind, and the work on them. How far a job is, is written together with what
 * brought it there, by who does the latter. Thread-safe; blocks.
 */
public interface Jobs<O, P, D> {

    /**
     * The Idempotency-Key of an order. It counts for a day, for its caller, and as long as the job
     * is there.
     *
     * @param bodyHash SHA-256 of the order's body
     */
    record Use(String key, byte[] bodyHash) {}

    JobKind<O, P, D> kind();

    /**
     * Orders one; under a key that was used before it is the former one.
     *
     * @param use null without a key
     * @throws dev.driveline.contract.error.InvalidValueException CONFLICT if the tenant has as many
     *     as it may, IDEMPOTENCY_MISMATCH if the key was used with another body
     */
    Job<O, P, D> add(Caller caller, O order, @Nullable Use use);

    /**
     * What was ordered under a key; null for nothing.
     *
     * @throws dev.driveline.contract.error.InvalidValueException IDEMPOTENCY_MISMATCH
     */
    @Nullable Job<O, P, D> former(Caller caller, Use use);

    /** All of a tenant, the newest first. */
    List<Job<O, P, D>> list(TenantId tenant);

    /**
     * @throws dev.driveline.contract.error.InvalidValueException with the kind's code for unknown
     *     ones
     */
    Job<O, P, D> get(TenantId tenant, UUID id);

    /** Deletes it with its result; one that is under way ends, and what it changed stays. */
    void remove(TenantId tenant, UUID id);

    /** Takes the one that waits longest for a minute; null where nothing is to do. */
    @Nullable Work<O, P, D> take();

    /** Ends it; it has no result then. */
    void fail(Work<O, P, D> work, String reason);

    /** Lets it be tried again in a while, or ends it after ten failures in a row. */
    void postpone(Work<O, P, D> work, String reason);

    /** Deletes what has expired. */
    void forgetExpired();
}
