package dev.driveline.contract.vehicle;

/** Why something stands in {@code telemetry.rejected}. */
public enum Rejection {
    /** A 3.1.1 vehicle published below its own {@code up/} where there is no such topic. */
    TOPIC_UNKNOWN,
    /** Kafka can never store it. */
    TOO_LARGE,
    /** Not a message of the expected protobuf type. */
    MALFORMED,
    /** A schema number that this version does not know. */
    SCHEMA_UNKNOWN,
    /** A head field breaks its rule. */
    HEAD_INVALID,
    /** frame_count, dt_us, idx and data do not fit each other. */
    COUNT_MISMATCH,
    /** The checksum over the columns is another. */
    CRC_MISMATCH,
    /** Packed columns cannot be unpacked or are too large. */
    CODEC_INVALID,
    /** The catalogue that the batch names is not known. */
    CATALOGUE_UNKNOWN,
    /** The registry knows no such vehicle. */
    VEHICLE_UNKNOWN
}
