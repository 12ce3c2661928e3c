package dev.driveline.contract.error;

/**
 * A value from outside broke a rule; the message names the thing, the value and the rule.
 *
 * <p>REST answers it with {@link #code()}; elsewhere it is a reason for a rejected record.
 */
public final class InvalidValueException extends IllegalArgumentException {

    private static final int SHOWN_CHARACTERS = 80;

    private final transient ErrorCode code;
    private final String thing;

    public InvalidValueException(ErrorCode code, String thing, Object value, String rule) {
        super(thing + " '" + shorten(String.valueOf(value)) + "': " + rule);
        this.code = code;
        this.thing = thing;
    }

    /** With {@link ErrorCode#INVALID_REQUEST}. */
    public InvalidValueException(String thing, Object value, String rule) {
        this(ErrorCode.INVALID_REQUEST, thing, value, rule);
    }

    public ErrorCode code() {
        return code;
    }

    /** What was wrong: the name of a parameter, a field or a kind of value. */
    public String thing() {
        return thing;
    }

    private static String shorten(String value) {
        return value.length() <= SHOWN_CHARACTERS
                ? value
                : value.substring(0, SHOWN_CHARACTERS) + "… (" + value.length() + " characters)";
    }
}
