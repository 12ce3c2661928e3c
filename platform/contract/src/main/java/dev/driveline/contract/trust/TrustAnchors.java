package dev.driveline.contract.trust;

import dev.driveline.contract.error.InvalidValueException;
import java.time.Instant;
import java.util.List;

/**
 * The payload of the compact JWS {@code trust.anchors}: the authorities whose servers a vehicle
 * connects to, old and new ones side by side while they change.
 *
 * <p>JOSE header as {@link CommandKeys}', with {@code typ} {@link #TYP}. A vehicle keeps it only
 * after it has connected with it; else it goes back to the former one and reports ROLLED_BACK.
 *
 * @param v 1
 * @param version rising for ever
 * @param certificates authorities, X.509 in DER, in base64
 */
public record TrustAnchors(
        int v, long version, Instant issuedAt, Instant notAfter, List<String> certificates) {

    public static final String TYP = "driveline-anchors+jws";
    public static final String NAMESPACE = "trust.anchors";

    /** As many as a TBox must be able to keep. */
    public static final int MAX_ANCHORS = 8;

    /**
     * @throws InvalidValueException naming what is wrong
     */
    public TrustAnchors {
        certificates = List.copyOf(certificates);
        if (v != 1) {
            throw new InvalidValueException(NAMESPACE + ": v", v, "expected 1");
        }
        if (version < 1) {
            throw new InvalidValueException(NAMESPACE + ": version", version, "expected 1 or more");
        }
        if (certificates.isEmpty() || certificates.size() > MAX_ANCHORS) {
            throw new InvalidValueException(
                    NAMESPACE + ": certificates",
                    certificates.size(),
                    "expected 1 to " + MAX_ANCHORS);
        }
        if (!notAfter.isAfter(issuedAt)) {
            throw new InvalidValueException(
                    NAMESPACE + ": notAfter", notAfter, "must be after " + issuedAt);
        }
    }
}
