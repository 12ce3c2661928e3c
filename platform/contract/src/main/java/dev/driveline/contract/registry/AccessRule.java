package dev.driveline.contract.registry;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.List;

/**
 * A record of {@code registry.access}: an exception that the gateways hold in memory.
 *
 * <p>The value is a compact JWS ({@code typ} {@link #TYP}) over the rule as JSON with {@code type},
 * signed by the registry with a key that the gateways pin. A higher version wins; trust is removed
 * by a record with state REMOVED, never by a tombstone. The record's key is {@link #key()}, and a
 * record under another key is ignored.
 */
public sealed interface AccessRule {

    String TYP = "driveline-access+jws";

    long version();

    State state();

    /** The record's key. */
    String key();

    /** Whether the rule holds. */
    enum State {
        IN_FORCE,
        REMOVED
    }

    /**
     * An authority whose certificates let vehicles connect.
     *
     * @param id SHA-256 of the certificate, hexadecimal
     * @param certificate DER in Base64
     * @param vinPrefixes the VINs it may speak for; the empty text stands for all
     */
    record TrustAnchor(
            long version,
            State state,
            String id,
            String certificate,
            TenantId tenant,
            List<String> vinPrefixes)
            implements AccessRule {
        @Override
        public String key() {
            return "anchor/" + id;
        }
    }

    /**
     * A certificate that lets nobody connect any more.
     *
     * @param issuer SHA-256 of the issuer's DER name, hexadecimal
     * @param serial hexadecimal, without leading zeros
     * @param reason of RFC 5280 §5.3.1, for example keyCompromise
     */
    record RevokedCertificate(
            long version, State state, String issuer, String serial, String reason)
            implements AccessRule {
        @Override
        public String key() {
            return "certificate/" + issuer + "/" + serial;
        }
    }

    /** A vehicle that may not be connected, whatever certificate it shows. */
    record SuspendedVehicle(long version, State state, Vin vin) implements AccessRule {
        @Override
        public String key() {
            return "vehicle/" + vin.value();
        }
    }
}
