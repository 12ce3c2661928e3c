package dev.driveline.registry.certificate;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The certificates that were issued. Methods block; thread-safe. */
public interface Certificates {

    /**
     * @throws InvalidValueException CERTIFICATE_UNKNOWN
     */
    VehicleCertificate get(TenantId tenant, String id);

    /** A vehicle's, the newest first. */
    List<VehicleCertificate> of(TenantId tenant, Vin vin);

    /** One that an authority issued, whoever its tenant is; null for none. */
    @Nullable VehicleCertificate issued(String authority, String id);

    /** What the responder says of a serial number, hexadecimal, of an authority. */
    CertificateStatus statusOf(String authority, String id);

    /**
     * Revokes a certificate and tells the gateways in the same transaction. A second time changes
     * nothing, but what is held can be revoked for good.
     *
     * @throws InvalidValueException CERTIFICATE_UNKNOWN
     */
    VehicleCertificate revoke(TenantId tenant, String id, RevocationReason reason);

    /**
     * Revokes all of a vehicle's that still count.
     *
     * @return those that were revoked by it
     * @throws InvalidValueException VEHICLE_UNKNOWN
     */
    List<VehicleCertificate> revokeAll(TenantId tenant, Vin vin, RevocationReason reason);

    /**
     * Lets a held certificate count again.
     *
     * @throws InvalidValueException CERTIFICATE_UNKNOWN; CONFLICT unless it is held
     */
    VehicleCertificate unhold(TenantId tenant, String id);
}
