package dev.driveline.telemetry.event;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.contract.vehicle.VehicleEvent;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.fact.Facts;
import dev.driveline.telemetry.fact.KnownVehicle;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads records of {@code vehicle.events}. */
public final class EventRecords {

    private EventRecords() {}

    /**
     * An event, of the tenant that has the vehicle now.
     *
     * @param headers the record's last header of a name; null for none
     * @param timestampMs of the record: when it was received, if no header says so
     * @throws dev.driveline.runtime.json.MalformedJsonException if its value cannot be read
     * @throws InvalidValueException if its key or a header cannot be
     * @throws java.time.format.DateTimeParseException likewise
     */
    public static HeardEvent read(
            byte @Nullable [] key,
            byte @Nullable [] value,
            Function<String, byte @Nullable []> headers,
            long timestampMs,
            Facts facts) {
        Vin vin = Vin.of(key == null ? "" : new String(key, StandardCharsets.US_ASCII));
        String id = stated(headers, Headers.EVENT_ID);
        String type = stated(headers, Headers.EVENT_TYPE);
        KnownVehicle vehicle = facts.vehicle(vin);
        byte[] body = value == null ? new byte[0] : value;
        Instant at;
        Map<String, Object> data;
        if (type.startsWith(EventTypes.VEHICLE_PREFIX)) {
            VehicleEvent event = Json.read(body, VehicleEvent.class);
            at = event.at();
            data = event.data();
        } else {
            at = Instant.parse(stated(headers, Headers.EVENT_TIME));
            data = Json.map(new String(body, StandardCharsets.UTF_8));
        }
        return new HeardEvent(
                vin,
                vehicle == null ? null : vehicle.tenant(),
                id,
                type,
                text(headers, Headers.EVENT_SOURCE),
                at == null ? null : micros(at),
                receivedUs(headers, timestampMs),
                data);
    }

    /**
     * Null for a time so far away that it cannot be told in microseconds: a clock that is wrong.
     */
    private static @Nullable Long micros(Instant at) {
        try {
            return ChronoUnit.MICROS.between(Instant.EPOCH, at);
        } catch (ArithmeticException _) {
            return null;
        }
    }

    /** The gateway's word; without one, the time of the record. */
    private static long receivedUs(Function<String, byte @Nullable []> headers, long timestampMs) {
        String text = text(headers, Headers.RECEIVED);
        return text != null && text.matches("[1-9]\\d{0,15}")
                ? Long.parseLong(text)
                : timestampMs * 1_000;
    }

    private static @Nullable String text(Function<String, byte @Nullable []> headers, String name) {
        byte[] value = headers.apply(name);
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    private static String stated(Function<String, byte @Nullable []> headers, String name) {
        String text = text(headers, name);
        if (text == null || text.isEmpty() || text.length() > 256) {
            throw new InvalidValueException(
                    "header " + name, String.valueOf(text), "expected 1 to 256 characters");
        }
        return text;
    }
}
