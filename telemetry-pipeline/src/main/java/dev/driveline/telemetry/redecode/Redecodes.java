package dev.driveline.telemetry.redecode;

import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.auth.Caller;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The re-decodings of tenants. Thread-safe; blocks. */
public interface Redecodes {

    /**
     * The Idempotency-Key of an order. It counts for a day, for its caller, and as long as the
     * re-decoding is remembered.
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
    Redecode add(Caller caller, RedecodeOrder order, @Nullable Use use);

    /**
     * What was ordered under a key; null for nothing.
     *
     * @throws dev.driveline.contract.error.InvalidValueException IDEMPOTENCY_MISMATCH
     */
    @Nullable Redecode former(Caller caller, Use use);

    /** All of a tenant, the newest first. */
    List<Redecode> list(TenantId tenant);

    /**
     * @throws dev.driveline.contract.error.InvalidValueException REDECODE_UNKNOWN
     */
    Redecode get(TenantId tenant, UUID id);

    /** Forgets it; one that is under way ends, and what it did stays. */
    void remove(TenantId tenant, UUID id);
}
