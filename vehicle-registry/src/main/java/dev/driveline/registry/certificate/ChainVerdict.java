package dev.driveline.registry.certificate;

import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the gateways would say to a chain of certificates, and why.
 *
 * @param rule the rule that decides
 * @param why a sentence
 * @param advice what to do, a sentence
 * @param vin that the leaf names; null where it names none, or several
 * @param anchor the id of the trust anchor that the path leads to; null for none
 * @param chain as it was presented
 */
public record ChainVerdict(
        boolean accepted,
        Rule rule,
        String why,
        String advice,
        @Nullable Vin vin,
        @Nullable String anchor,
        List<Link> chain) {

    /** In the order in which they are asked. Source: contract section 1, Identity; RFC 5280 §6. */
    public enum Rule {
        /** A path of sound signatures leads to a trust anchor. */
        PATH,
        /** Every certificate on it is valid now. */
        DATE,
        /** The leaf may authenticate TLS clients. */
        KEY_USAGE,
        /** It has exactly one SAN URI {@code urn:vin:<VIN>}. */
        SUBJECT_NAME,
        /** Its O is the anchor's tenant. */
        TENANT,
        /** The anchor may speak for the VIN. */
        VIN_PREFIX,
        /** No certificate on the path is revoked. */
        REVOKED,
        /** The vehicle is not suspended. */
        SUSPENDED,
        /** None of them objects. */
        ALL
    }

    /** One certificate of the chain. {@code serial}: hexadecimal. */
    public record Link(
            String subject, String issuer, String serial, Instant notBefore, Instant notAfter) {}
}
