package dev.driveline.contract.vehicle;

/**
 * Types of records in {@code vehicle.events}: the platform's own, and what it heeds of a vehicle's.
 */
public final class EventTypes {

    /** What a vehicle says itself begins with this; nobody else writes it. */
    public static final String VEHICLE_PREFIX = "vehicle.";

    /** What a vehicle says of its own security; it stands in its timeline. */
    public static final String VEHICLE_SECURITY_PREFIX = VEHICLE_PREFIX + "security.";

    /**
     * A vehicle is about to disconnect and sleep. Data: wake SMS, TIMER or NONE, nextWakeAt,
     * batteryV.
     */
    public static final String SLEEP = VEHICLE_PREFIX + "sleep";

    /** A 3.1.1 publish was acknowledged and not forwarded. Data: topic, reason. */
    public static final String PUBLISH_REFUSED = "driveline.publish.refused";

    /** A connection was refused or closed for a matter of trust. Data: reason, certificate. */
    public static final String ACCESS_REFUSED = "driveline.access.refused";

    /** A session was closed because trust was taken away. Data: reason, session. */
    public static final String ACCESS_REVOKED = "driveline.access.revoked";

    /**
     * A TBox refused something signed: a command, a configuration document, or keys. Data: what
     * (its typ), code (of {@code VehicleCode}), kid, id and counter where they could be read.
     */
    public static final String SIGNED_REFUSED = VEHICLE_SECURITY_PREFIX + "signed-refused";

    /** More takeovers a minute than one vehicle makes. Data: count. */
    public static final String CLONE_SUSPECTED = "driveline.security.clone-suspected";

    /** A vehicle sends more than its rate, for too long. Data: session, debtMs. */
    public static final String RATE_EXCEEDED = "driveline.security.rate-exceeded";

    /** A vehicle connected. Data: session, run and slot of the gateway, protocol, peer, resumed. */
    public static final String SESSION_OPENED = "driveline.session.opened";

    /**
     * A session ended. Data: session, cause, reasonCode (MQTT 5; absent where none was sent or
     * received), durationS, published. Where its gateway is lost another one says so: then without
     * published, and with the run that is lost.
     */
    public static final String SESSION_CLOSED = "driveline.session.closed";

    /**
     * What changed of the active trouble codes of a control unit on a J1939 bus. Data as of a
     * vehicle's own report: codes, each with code, status ACTIVE or STORED, ecu, protocol, freeze.
     */
    public static final String CODES_HEARD = "driveline.dtc.report";

    /** An operator closed a session. Data: session, reason, by (the operator's subject). */
    public static final String SESSION_CLOSED_BY_OPERATOR = "driveline.session.closed-by-operator";

    /** An operator traces the vehicle's packets, without payloads. Data: run, until, by. */
    public static final String TRACE_STARTED = "driveline.trace.started";

    /** An operator ended a trace before its time. Data: run, by. */
    public static final String TRACE_STOPPED = "driveline.trace.stopped";

    private EventTypes() {}
}
