package dev.driveline.registry.certificate;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import java.util.List;

/**
 * Certificates that automakers' own authorities signed, of which the registry knows only those that
 * were revoked here. Every change tells the gateways in the same transaction. Methods block;
 * thread-safe.
 *
 * <p>A certificate is named by the authority whose name it bears as issuer, and its serial number.
 */
public interface ForeignCertificates {

    /**
     * @throws InvalidValueException AUTHORITY_UNKNOWN; CERTIFICATE_UNKNOWN if it never was revoked
     *     here
     */
    ForeignCertificate get(TenantId tenant, String authority, String serial);

    /**
     * Those of an authority that are revoked or held, in order of serial numbers, after {@code
     * after}.
     *
     * @throws InvalidValueException AUTHORITY_UNKNOWN
     */
    List<ForeignCertificate> of(TenantId tenant, String authority, String after, int limit);

    /**
     * Revokes one. A second time changes nothing, but what is held can be revoked for good.
     *
     * @throws InvalidValueException AUTHORITY_UNKNOWN; CONFLICT if the authority's certificates are
     *     issued here, or its name is another tenant's authority's, too
     */
    ForeignCertificate revoke(
            TenantId tenant, String authority, String serial, RevocationReason reason);

    /**
     * Lets a held one count again.
     *
     * @throws InvalidValueException AUTHORITY_UNKNOWN; CERTIFICATE_UNKNOWN; CONFLICT unless it is
     *     held
     */
    ForeignCertificate unhold(TenantId tenant, String authority, String serial);
}
