package dev.driveline.gateway.identity;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.List;

/**
 * Whom a verified chain of certificates speaks for.
 *
 * @param anchor SHA-256 of the trust anchor's certificate, hexadecimal
 * @param path every certificate on the path but the anchor, the leaf first
 * @param notAfter the earliest end of the certificates on the path
 */
public record VehicleIdentity(
        Vin vin, TenantId tenant, String anchor, List<CertificateId> path, Instant notAfter) {

    /** The leaf. */
    public CertificateId certificate() {
        return path.getFirst();
    }
}
