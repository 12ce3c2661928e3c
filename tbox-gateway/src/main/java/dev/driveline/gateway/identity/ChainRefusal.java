package dev.driveline.gateway.identity;

import dev.driveline.contract.id.Vin;
import org.jspecify.annotations.Nullable;

/**
 * Why a chain of certificates was refused: which certificate, which anchor, which rule.
 *
 * @param why a sentence for a person; names the certificate that the rule is about
 * @param subject of the leaf, RFC 2253; "none" without a certificate
 * @param serial of the leaf, hexadecimal
 * @param anchor SHA-256 of the trust anchor that the path ends at; null if there is none
 * @param claimedVin what the leaf says of itself, unless its path was verified a mere claim; null
 *     if it names no vehicle
 */
public record ChainRefusal(
        RefusalReason reason,
        String why,
        String subject,
        String serial,
        @Nullable String anchor,
        @Nullable Vin claimedVin) {

    /** Subject and serial, for logs. */
    public String leaf() {
        return "'" + subject + "' serial " + serial;
    }
}
