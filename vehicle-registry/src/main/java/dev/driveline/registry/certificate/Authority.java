package dev.driveline.registry.certificate;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.vehicle.TboxSerial;
import java.security.cert.X509Certificate;
import java.util.List;

/** Issues operational certificates for the vehicles of one tenant. Thread-safe. */
public interface Authority {

    /** Whose vehicles it speaks for. */
    TenantId tenant();

    /** Its own certificate, then its issuer's, up to the root. */
    List<X509Certificate> chain();

    /**
     * Checks a certification request: its form, the proof that the sender has the key, the key's
     * strength. Nothing but the key is taken from it.
     *
     * @param der PKCS#10
     */
    Request read(byte[] der);

    /** Issues a certificate for a vehicle. */
    VehicleCertificate issue(Request.Usable request, Vin vin, TboxSerial tbox);

    /** What a certification request is good for. */
    sealed interface Request {

        /** The key as SubjectPublicKeyInfo. */
        record Usable(byte[] publicKey) implements Request {}

        /** {@code why} is a sentence. */
        record Refused(String why) implements Request {}
    }
}
