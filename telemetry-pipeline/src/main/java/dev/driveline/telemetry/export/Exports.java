package dev.driveline.telemetry.export;

import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.auth.Caller;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The exports of tenants, and the work on them. Thread-safe; blocks. */
public interface Exports {

    /** Of one tenant, those that are over and not yet expired included. */
    int MAX_OF_A_TENANT = 20;

    /** Packed; an export that grows beyond fails. */
    long MAX_BYTES = 1L << 30;

    /**
     * Orders one.
     *
     * @throws dev.driveline.contract.error.InvalidValueException CONFLICT if the tenant has as many
     *     as it may
     */
    Export add(Caller caller, ExportOrder order);

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
