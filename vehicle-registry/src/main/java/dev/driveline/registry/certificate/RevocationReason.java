package dev.driveline.registry.certificate;

import dev.driveline.contract.error.InvalidValueException;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Why a certificate no longer holds. {@code certificateHold} and {@code removeFromCRL} are left
 * out: a revocation is for ever, and a vehicle is held by suspending it. Source: RFC 5280 §5.3.1.
 */
public enum RevocationReason {
    UNSPECIFIED("unspecified"),
    KEY_COMPROMISE("keyCompromise"),
    CA_COMPROMISE("cACompromise"),
    AFFILIATION_CHANGED("affiliationChanged"),
    SUPERSEDED("superseded"),
    CESSATION_OF_OPERATION("cessationOfOperation"),
    PRIVILEGE_WITHDRAWN("privilegeWithdrawn"),
    AA_COMPROMISE("aACompromise");

    private final String text;

    RevocationReason(String text) {
        this.text = text;
    }

    /** As RFC 5280 writes it. */
    public String text() {
        return text;
    }

    /**
     * @throws InvalidValueException listing the reasons there are
     */
    public static RevocationReason parse(String text) {
        for (RevocationReason reason : values()) {
            if (reason.text.equals(text)) {
                return reason;
            }
        }
        throw new InvalidValueException(
                "reason",
                text,
                "expected one of "
                        + Arrays.stream(values())
                                .map(RevocationReason::text)
                                .collect(Collectors.joining(", ")));
    }
}
