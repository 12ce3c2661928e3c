package dev.driveline.contract.kafka;

/**
 * Names of the record headers that the platform sets; a vehicle cannot.
 *
 * <p>Values are text in UTF-8. Source for {@code ce_*}: CloudEvents 1.0, Kafka protocol binding
 * §3.2.
 */
public final class Headers {

    /** When the gateway received it: microseconds since 1970, decimal. */
    public static final String RECEIVED = "recv";

    /**
     * The vehicle's certificate: SHA-256 of the issuer's name, a colon, the serial, in hexadecimal.
     */
    public static final String CERTIFICATE = "cert";

    /** MQTT quality of service: 0, 1 or 2. */
    public static final String QOS = "qos";

    public static final String TENANT = "tenant";

    /** The session that sent it. */
    public static final String SESSION = "session";

    /** The leaf of the MQTT topic it came on, as {@code UpTopic.leaf()}. */
    public static final String TOPIC = "topic";

    /** boot_id of a batch in hexadecimal. */
    public static final String BOOT = "boot";

    /** seq of a batch, decimal. */
    public static final String SEQUENCE = "seq";

    /** origin of a batch: LIVE or STORED. */
    public static final String ORIGIN = "origin";

    /** Which message a protobuf value is: CanBatch/1, SignalBatch/1, SampleBatch/1. */
    public static final String SCHEMA = "schema";

    /** Why a record stands in telemetry.rejected: a constant of {@code Rejection}. */
    public static final String REASON = "reason";

    /** The sentence that goes with {@link #REASON}. */
    public static final String DETAIL = "detail";

    public static final String EVENT_ID = "ce_id";
    public static final String EVENT_SOURCE = "ce_source";
    public static final String EVENT_SPEC_VERSION = "ce_specversion";
    public static final String EVENT_TYPE = "ce_type";
    public static final String EVENT_TIME = "ce_time";
    public static final String EVENT_SUBJECT = "ce_subject";
    public static final String CONTENT_TYPE = "content-type";

    /** Response topic of an MQTT 5 request, as the vehicle wrote it. */
    public static final String RESPONSE_TOPIC = "response-topic";

    /** Correlation data of an MQTT 5 request; bytes, not text. */
    public static final String CORRELATION = "correlation";

    /** Before the name of an MQTT 5 user property. */
    public static final String USER_PREFIX = "u-";

    private Headers() {}
}
