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
 * @param authority the id of the authority that signed it
 * @param key SHA-256 of its SubjectPublicKeyInfo, hexadecimal
 * @param reason null while it is not revoked, as is {@code revokedAt}
 */
public record VehicleCertificate(
        String id,
        String issuer,
        String authority,
        String key,
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
        /** Revoked until it is un-held. */
        HELD,
        REVOKED
    }

    public State state(Instant now) {
        if (reason == RevocationReason.CERTIFICATE_HOLD) {
            return State.HELD;
        }
        if (reason != null) {
            return State.REVOKED;
        }
        return now.isAfter(notAfter) ? State.EXPIRED : State.ACTIVE;
    }
}
