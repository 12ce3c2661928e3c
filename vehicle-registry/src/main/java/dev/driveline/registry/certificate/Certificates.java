package dev.driveline.registry.certificate;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.List;

/** The certificates that were issued. Methods block; thread-safe. */
public interface Certificates {

    /**
     * @throws InvalidValueException CERTIFICATE_UNKNOWN
     */
    VehicleCertificate get(TenantId tenant, String id);

    /** A vehicle's, the newest first. */
    List<VehicleCertificate> of(TenantId tenant, Vin vin);

    /**
     * Revokes a certificate for ever and tells the gateways in the same transaction; a second time
     * changes nothing.
     *
     * @throws InvalidValueException CERTIFICATE_UNKNOWN
     */
    VehicleCertificate revoke(TenantId tenant, String id, RevocationReason reason);
}
