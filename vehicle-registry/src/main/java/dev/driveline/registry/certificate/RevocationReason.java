package dev.driveline.registry.certificate;

import dev.driveline.contract.error.InvalidValueException;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Why a certificate no longer holds. A revocation is for ever, except for {@code certificateHold},
 * which can be undone; {@code removeFromCRL} is for delta lists, which are not made. Source: RFC
 * 5280 §5.3.1.
 */
public enum RevocationReason {
    UNSPECIFIED("unspecified", 0),
    KEY_COMPROMISE("keyCompromise", 1),
    CA_COMPROMISE("cACompromise", 2),
    AFFILIATION_CHANGED("affiliationChanged", 3),
    SUPERSEDED("superseded", 4),
    CESSATION_OF_OPERATION("cessationOfOperation", 5),
    CERTIFICATE_HOLD("certificateHold", 6),
    PRIVILEGE_WITHDRAWN("privilegeWithdrawn", 9),
    AA_COMPROMISE("aACompromise", 10);

    private final String text;
    private final int code;

    RevocationReason(String text, int code) {
        this.text = text;
        this.code = code;
    }

    /** The number of CRLReason. */
    public int code() {
        return code;
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
