package dev.driveline.telemetry.rule;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.driveline.contract.error.InvalidValueException;
import java.util.regex.Pattern;

/**
 * A rule's name within its tenant: 1 to 64 of lower case letters, digits, dot, dash, underscore.
 */
public record RuleId(String value) {

    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    /**
     * @throws InvalidValueException if it is none
     */
    public RuleId {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidValueException(
                    "rule id",
                    value,
                    "expected 1 to 64 of a-z, 0-9, '.', '_', '-', the first a letter or a digit");
        }
    }

    /** As the constructor; JSON has it as text. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static RuleId of(String value) {
        return new RuleId(value);
    }

    @Override
    @JsonValue
    public String value() {
        return value;
    }

    @Override
    public String toString() {
        return value;
    }
}
