package dev.driveline.registry.certificate;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import java.util.List;
import java.util.Set;

/**
 * The authorities that the gateways were told of. Every change tells them in the same transaction.
 * Methods block; thread-safe.
 */
public interface AuthorityRecords {

    /**
     * @throws InvalidValueException AUTHORITY_UNKNOWN, also for another tenant's
     */
    AuthorityRecord get(TenantId tenant, String id);

    /** A tenant's, also those that ended; the oldest first. */
    List<AuthorityRecord> of(TenantId tenant);

    /** The ids of all tenants' authorities that are in force. */
    Set<String> inForce();

    /**
     * Trusts an automaker's own authority.
     *
     * @throws InvalidValueException ALREADY_EXISTS; CONFLICT where a prefix holds vehicles of
     *     another tenant, or another tenant's authority speaks for them or has the same name
     */
    AuthorityRecord add(AuthorityRecord foreign);

    /**
     * Ends the trust in an authority in an orderly way; a second time changes nothing.
     *
     * @throws InvalidValueException AUTHORITY_UNKNOWN
     */
    AuthorityRecord retire(TenantId tenant, String id);

    /**
     * Ends the trust in an authority and in all that it signed; a second time changes nothing.
     *
     * @throws InvalidValueException AUTHORITY_UNKNOWN
     */
    AuthorityRecord revoke(TenantId tenant, String id, RevocationReason reason);
}
