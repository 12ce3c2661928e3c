package dev.driveline.registry.certificate;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.vehicle.TboxSerial;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** Issues operational certificates for the vehicles of one tenant. Thread-safe. */
public interface Authority {

    /** SHA-256 of its certificate, hexadecimal: the id of its trust anchor. */
    String id();

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

    /**
     * As {@link #read}, and the subject, and the subject alternative names if there are any, must
     * be those of the certificate that is renewed. Source: RFC 7030 §4.2.2.
     *
     * @param certificate DER
     */
    Request readRenewal(byte[] der, byte[] certificate);

    /** Issues a certificate for a vehicle. */
    VehicleCertificate issue(Request.Usable request, Vin vin, TboxSerial tbox);

    /**
     * Signs a list of its revoked certificates. Source: RFC 5280 §5.
     *
     * @param number above that of every list before
     * @return DER
     */
    byte[] sign(long number, Instant thisUpdate, Instant nextUpdate, List<Revoked> revoked);

    /** One certificate on the list. {@code serial}: hexadecimal. */
    record Revoked(String serial, Instant at, RevocationReason reason) {}

    /** What a certification request is good for. */
    sealed interface Request {

        /** The key as SubjectPublicKeyInfo. */
        record Usable(byte[] publicKey) implements Request {}

        /** {@code why} is a sentence. */
        record Refused(String why) implements Request {}
    }
}
