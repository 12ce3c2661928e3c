package dev.driveline.contract.command;

/** Codes of a vehicle's REJECTED and FAILED answers; a vehicle may use others. */
public enum VehicleCode {
    /** The envelope is no JWS of the expected form. */
    MALFORMED,
    SIGNATURE_INVALID,
    KEY_UNKNOWN,
    /** The key is known, and not for this, or not now. */
    KEY_NOT_VALID,
    WRONG_VIN,
    REPLAY,
    EXPIRED,
    CLOCK_UNSYNCED,
    TYPE_UNKNOWN,
    PARAMETERS_INVALID,
    /** The vehicle's own state forbids it, for example it is moving. */
    PRECONDITION_FAILED,
    ACTUATOR_FAILED,
    /** With the authorities that were named no server could be connected to. */
    CONNECT_FAILED
}
