package dev.driveline.registry.certificate;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.List;

/** What a tenant's vehicles are judged by, as the gateways know it. Methods block; thread-safe. */
public interface TrustFacts {

    /** The tenant's anchors, also those that ended. */
    List<AuthorityRecord> anchors(TenantId tenant);

    /**
     * Whether a certificate is revoked.
     *
     * @param issuer SHA-256 of the issuer's DER name, hexadecimal
     * @param serial hexadecimal
     */
    boolean isRevoked(TenantId tenant, String issuer, String serial);

    /** Whether it is a vehicle of the tenant that may not connect. */
    boolean isSuspended(TenantId tenant, Vin vin);
}
