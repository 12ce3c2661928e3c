package dev.driveline.gateway.identity;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a vehicle's certificate must say, beyond a path to an anchor.
 *
 * <p>Exactly one SAN URI {@code urn:vin:<VIN>} without percent-encoding, a VIN that the anchor may
 * speak for, an O equal to the anchor's tenant, and the extended key usage clientAuth. Source: RFC
 * 5280 §4.2.1.6 and §4.2.1.12; contract section 1, Identity.
 */
public final class LeafRules {

    /** RFC 5280 §4.2.1.12, id-kp-clientAuth. */
    public static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    private static final String VIN_URN = "urn:vin:";

    private LeafRules() {}

    /** What stands in the leaf. */
    public record Leaf(
            List<String> sanUris, @Nullable String organisation, List<String> extendedKeyUsages) {}

    /** For whom the anchor may speak. */
    public record Jurisdiction(TenantId tenant, List<String> vinPrefixes) {}

    /** What the rules say. */
    public sealed interface Verdict {
        record Accepted(Vin vin) implements Verdict {}

        record Refused(RefusalReason reason, String why) implements Verdict {}
    }

    /** The vehicle that a leaf names; null unless it names exactly one. */
    public static @Nullable Vin vinOf(List<String> sanUris) {
        if (sanUris.size() != 1 || !sanUris.getFirst().startsWith(VIN_URN)) {
            return null;
        }
        String vin = sanUris.getFirst().substring(VIN_URN.length());
        return Vin.isValid(vin) ? Vin.of(vin) : null;
    }

    public static Verdict judge(Leaf leaf, Jurisdiction jurisdiction) {
        if (!leaf.extendedKeyUsages().contains(CLIENT_AUTH)) {
            return new Verdict.Refused(
                    RefusalReason.KEY_USAGE,
                    "the certificate's extended key usage "
                            + leaf.extendedKeyUsages()
                            + " lacks clientAuth");
        }
        if (leaf.sanUris().size() != 1) {
            return new Verdict.Refused(
                    RefusalReason.SUBJECT_NAME,
                    "expected exactly one SAN URI urn:vin:<VIN>, got " + leaf.sanUris());
        }
        Vin vin = vinOf(leaf.sanUris());
        if (vin == null) {
            return new Verdict.Refused(
                    RefusalReason.SUBJECT_NAME,
                    "the SAN URI '" + leaf.sanUris().getFirst() + "' is not urn:vin:<VIN>");
        }
        if (!jurisdiction.tenant().value().equals(leaf.organisation())) {
            return new Verdict.Refused(
                    RefusalReason.TENANT,
                    "the certificate's O is '"
                            + leaf.organisation()
                            + "', its authority speaks for tenant '"
                            + jurisdiction.tenant()
                            + "'");
        }
        if (jurisdiction.vinPrefixes().stream().noneMatch(vin.value()::startsWith)) {
            return new Verdict.Refused(
                    RefusalReason.VIN_PREFIX,
                    "the authority may speak for VINs beginning with "
                            + jurisdiction.vinPrefixes()
                            + ", not for "
                            + vin);
        }
        return new Verdict.Accepted(vin);
    }
}
