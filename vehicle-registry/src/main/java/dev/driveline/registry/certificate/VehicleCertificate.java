package dev.driveline.registry.certificate;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.vehicle.TboxSerial;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An operational certificate that we issued.
 *
 * @param id its serial number, hexadecimal without leading zeros
 * @param issuer SHA-256 of the issuer's DER name, hexadecimal
 * @param reason null while it is not revoked, as is {@code revokedAt}
 */
public record VehicleCertificate(
        String id,
        String issuer,
        TenantId tenant,
        Vin vin,
        TboxSerial tbox,
        Instant notBefore,
        Instant notAfter,
        byte[] der,
        @Nullable RevocationReason reason,
        @Nullable Instant revokedAt) {

    /** What it is good for. */
    public enum State {
        ACTIVE,
        EXPIRED,
        REVOKED
    }

    public State state(Instant now) {
        if (reason != null) {
            return State.REVOKED;
        }
        return now.isAfter(notAfter) ? State.EXPIRED : State.ACTIVE;
    }
}
