package dev.driveline.telemetry.event;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A diagnostic trouble code as its vehicle last told it; times of the vehicle, microseconds since
 * 1970.
 *
 * @param key whose code it is
 * @param firstUs when it was told first
 * @param lastUs when it was told last
 * @param activeUs since when it is ACTIVE; null while it is not
 * @param clearedUs when it was told to be cleared; null unless it is
 * @param timesActive how often it became ACTIVE
 * @param freeze the vehicle's values at that time, as it names them; null for none
 */
public record TroubleCode(
        Key key,
        Status status,
        long firstUs,
        long lastUs,
        @Nullable Long activeUs,
        @Nullable Long clearedUs,
        int timesActive,
        @Nullable Map<String, Object> freeze) {

    /** What a vehicle says of a code. */
    public enum Status {
        /** The fault is there now. */
        ACTIVE,
        /** It was seen and is not confirmed. */
        PENDING,
        /** It was there and is not now. */
        STORED,
        /** The vehicle does not know it any more. */
        CLEARED
    }

    /**
     * @param ecu the control unit, as the vehicle names it; empty for the vehicle itself
     * @param protocol as UDS, OBD, J1939; empty where it is not told
     */
    public record Key(String ecu, String protocol, String code) {}

    /** A code of which nothing was known. */
    static TroubleCode first(
            Key key, Status status, long tUs, @Nullable Map<String, Object> freeze) {
        boolean active = status == Status.ACTIVE;
        return new TroubleCode(
                key,
                status,
                tUs,
                tUs,
                active ? tUs : null,
                status == Status.CLEARED ? tUs : null,
                active ? 1 : 0,
                freeze);
    }

    /**
     * What is known after a word of that time; one from before the last changes nothing but when it
     * was first.
     */
    TroubleCode after(Status now, long tUs, @Nullable Map<String, Object> told) {
        if (tUs < lastUs) {
            return new TroubleCode(
                    key,
                    status,
                    Math.min(firstUs, tUs),
                    lastUs,
                    activeUs,
                    clearedUs,
                    timesActive,
                    freeze);
        }
        boolean active = now == Status.ACTIVE;
        boolean begins = active && status != Status.ACTIVE;
        Long since = active ? activeUs : null;
        Long cleared = clearedUs == null ? Long.valueOf(tUs) : clearedUs;
        return new TroubleCode(
                key,
                now,
                firstUs,
                tUs,
                begins ? Long.valueOf(tUs) : since,
                now == Status.CLEARED ? cleared : null,
                timesActive + (begins ? 1 : 0),
                told == null ? freeze : told);
    }
}
