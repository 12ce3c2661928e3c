package dev.driveline.telemetry.export;

import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.auth.Caller;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The exports of tenants, and the work on them. Thread-safe; blocks. */
public interface Exports {

    /**
     * The Idempotency-Key of an order. It counts for a day, for its caller, and as long as the
     * export is there.
     *
     * @param bodyHash SHA-256 of the order's body
     */
    record Use(String key, byte[] bodyHash) {}

    /**
     * Orders one; under a key that was used before it is the former one.
     *
     * @param use null without a key
     * @throws dev.driveline.contract.error.InvalidValueException CONFLICT if the tenant has as many
     *     as it may, IDEMPOTENCY_MISMATCH if the key was used with another body
     */
    Export add(Caller caller, ExportOrder order, @Nullable Use use);

    /**
     * What was ordered under a key; null for nothing.
     *
     * @throws dev.driveline.contract.error.InvalidValueException IDEMPOTENCY_MISMATCH
     */
    @Nullable Export former(Caller caller, Use use);

    /** All of a tenant, the newest first. */
    List<Export> list(TenantId tenant);

    /**
     * @throws dev.driveline.contract.error.InvalidValueException EXPORT_UNKNOWN
     */
    Export get(TenantId tenant, UUID id);

    /** Deletes it with its result; one that is under way ends. */
    void remove(TenantId tenant, UUID id);

    /** A piece of the result; null behind the last. */
    byte @Nullable [] part(UUID id, int part);

    /** Takes the export that waits longest for a minute; null where nothing is to do. */
    @Nullable Work take();

    /**
     * An export that is taken.
     *
     * @param lease says that it is taken by this one
     */
    record Work(Export export, long lease) {}

    /**
     * Writes a piece and how far it brings the export, both or nothing, and takes it for another
     * minute.
     *
     * @param piece a gzip member
     * @param done whether it was the last
     * @return the export as it stands now; null if it is not ours any more
     */
    @Nullable Work append(Work work, byte[] piece, long lines, ExportPlace next, boolean done);

    /** Ends it. */
    void fail(Work work, String reason);

    /** Lets it be tried again in a while, or ends it after ten failures in a row. */
    void postpone(Work work, String reason);

    /** Deletes what has expired. */
    void forgetExpired();
}
