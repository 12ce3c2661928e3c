package dev.driveline.contract.error;

/**
 * Every error that a REST caller can meet, with the answers from which a caller derives its retry.
 *
 * <p>Source: RFC 9457 for the shape in which they are sent; contract of the REST interface, section
 * 4.
 */
public enum ErrorCode {
    INVALID_REQUEST(400, false, "The request is not well formed"),
    INVALID_VIN(400, false, "Not a vehicle identification number"),
    UNAUTHENTICATED(401, false, "No valid bearer token"),
    TOKEN_EXPIRED(401, false, "The bearer token has expired"),
    MISSING_SCOPE(403, false, "The token lacks a scope"),
    SECOND_PERSON_REQUIRED(403, false, "Another person has to agree"),
    OUTSIDE_CLAIM(403, false, "The token does not cover this vehicle"),
    ROUTE_UNKNOWN(404, false, "No such route"),
    VEHICLE_UNKNOWN(404, false, "No such vehicle"),
    MODEL_UNKNOWN(404, false, "No such model"),
    CATALOGUE_UNKNOWN(404, false, "No such catalogue"),
    FLEET_UNKNOWN(404, false, "No such fleet"),
    MAPPING_UNKNOWN(404, false, "No such mapping"),
    CERTIFICATE_UNKNOWN(404, false, "No such certificate"),
    AUTHORITY_UNKNOWN(404, false, "No such authority"),
    TBOX_UNKNOWN(404, false, "No such TBox"),
    ACCESS_RULE_UNKNOWN(404, false, "No such access rule"),
    GRANT_UNKNOWN(404, false, "No such grant"),
    COMMAND_UNKNOWN(404, false, "No such command"),
    COMMAND_TYPE_UNKNOWN(404, false, "No such command type"),
    BATCH_UNKNOWN(404, false, "No such batch"),
    HOLD_UNKNOWN(404, false, "No such hold"),
    WEBHOOK_UNKNOWN(404, false, "No such webhook"),
    DELIVERY_UNKNOWN(404, false, "No such delivery"),
    NAMESPACE_UNKNOWN(404, false, "No such configuration namespace"),
    SIGNAL_UNKNOWN(404, false, "No such signal"),
    RULE_UNKNOWN(404, false, "No such rule"),
    ALERT_UNKNOWN(404, false, "No such alert"),
    EXPORT_UNKNOWN(404, false, "No such export"),
    REDECODE_UNKNOWN(404, false, "No such re-decoding"),
    SESSION_UNKNOWN(404, false, "The vehicle is not connected here"),
    TRACE_UNKNOWN(404, false, "No trace of this vehicle here"),
    METHOD_NOT_ALLOWED(405, false, "The route does not offer this method"),
    ALREADY_EXISTS(409, false, "It exists already"),
    CONFLICT(409, false, "The state of the resource forbids it"),
    SIGNAL_AMBIGUOUS(409, false, "Several signals have this name"),
    PRECONDITION_FAILED(412, false, "The resource has changed"),
    BODY_TOO_LARGE(413, false, "The body is larger than the route takes"),
    UNSUPPORTED_MEDIA_TYPE(415, false, "The route does not take this media type"),
    DBC_INVALID(422, false, "The DBC file cannot be used"),
    RULE_INVALID(422, false, "The rule cannot be used"),
    COMMAND_TYPE_INVALID(422, false, "The command type cannot be used"),
    INVALID_PARAMETERS(422, false, "The parameters break their schema"),
    IDEMPOTENCY_MISMATCH(422, false, "The idempotency key was used with another request"),
    COMMANDS_HELD(423, true, "Somebody holds such commands back"),
    RATE_LIMITED(429, true, "Too many requests"),
    INTERNAL(500, false, "An error of ours"),
    UNAVAILABLE(503, true, "A part that this needs is not available");

    private final int status;
    private final boolean retryable;
    private final String title;

    ErrorCode(int status, boolean retryable, String title) {
        this.status = status;
        this.retryable = retryable;
        this.title = title;
    }

    /** HTTP status. */
    public int status() {
        return status;
    }

    /** Whether the same request may succeed later, unchanged. */
    public boolean retryable() {
        return retryable;
    }

    /** Whether the request may have changed something although it was answered with this error. */
    public boolean mayHaveTakenEffect() {
        return switch (this) {
            case INTERNAL, UNAVAILABLE -> true;
            default -> false;
        };
    }

    /** The fixed sentence of RFC 9457's {@code title}. */
    public String title() {
        return title;
    }
}
