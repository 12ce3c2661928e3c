package dev.driveline.registry.certificate;

import dev.driveline.contract.id.TenantId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An authority as the gateways were told of it: a trust anchor, or one that was.
 *
 * @param id SHA-256 of the certificate, hexadecimal
 * @param vinPrefixes the VINs it may speak for; the empty text stands for all
 * @param certificate DER
 * @param reason why it was revoked; null unless it was
 * @param endedAt when it was retired or revoked; null while it is in force
 */
public record AuthorityRecord(
        String id,
        TenantId tenant,
        Kind kind,
        State state,
        List<String> vinPrefixes,
        byte[] certificate,
        @Nullable RevocationReason reason,
        @Nullable Instant endedAt) {

    /** Whose key it is. */
    public enum Kind {
        /** This registry issues with it. */
        ISSUING,
        /** An automaker's own; the registry has its certificate only. */
        FOREIGN
    }

    /**
     * <pre>
     * IN_FORCE ──▶ RETIRED    what it signed connects no more; it was not broken
     *     └──────▶ REVOKED    nor did what it signed ever count since
     * RETIRED ───▶ REVOKED
     * </pre>
     */
    public enum State {
        IN_FORCE,
        RETIRED,
        REVOKED
    }
}
