package dev.driveline.gateway.uplink;

import dev.driveline.contract.gateway.DownlinkReport;
import dev.driveline.contract.gateway.Heartbeat;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.contract.vehicle.Rejection;
import dev.driveline.contract.vehicle.VehicleEvent;
import dev.driveline.contract.vehicle.VehicleSession;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes the records that a gateway writes. */
public final class Parcels {

    private Parcels() {}

    /** What every record of a publish carries, whatever its topic. */
    public record Origin(
            Vin vin,
            String tenant,
            String certificate,
            String session,
            String qos,
            long receivedUs,
            List<Parcel.Header> extras) {

        List<Parcel.Header> headers(UpTopic topic) {
            List<Parcel.Header> headers = new ArrayList<>(12 + extras.size());
            headers.add(Parcel.Header.of(Headers.RECEIVED, Long.toString(receivedUs)));
            headers.add(Parcel.Header.of(Headers.CERTIFICATE, certificate));
            headers.add(Parcel.Header.of(Headers.QOS, qos));
            headers.add(Parcel.Header.of(Headers.TENANT, tenant));
            headers.add(Parcel.Header.of(Headers.SESSION, session));
            headers.add(Parcel.Header.of(Headers.TOPIC, topic.leaf()));
            headers.addAll(extras);
            return headers;
        }
    }

    /** A publish of a vehicle, for the Kafka topic that its MQTT topic is bridged to. */
    public static Parcel publish(
            UpTopic topic, Origin origin, byte[] payload, Parcel.Outcome outcome) {
        List<Parcel.Header> headers = origin.headers(topic);
        return switch (topic) {
            case CAN -> batch(topic, "CanBatch/1", origin, headers, payload, outcome);
            case SIGNALS -> batch(topic, "SignalBatch/1", origin, headers, payload, outcome);
            case EVENTS -> event(topic, origin, headers, payload, outcome);
            case RESPONSES, CONFIG ->
                    new Parcel(topic.target(), key(origin.vin()), payload, headers, outcome);
        };
    }

    /** A publish below the vehicle's own {@code up/} where there is no topic. */
    public static Parcel refused(
            String topicName, Origin origin, byte[] payload, Parcel.Outcome outcome) {
        List<Parcel.Header> headers = new ArrayList<>(origin.extras());
        headers.add(Parcel.Header.of(Headers.RECEIVED, Long.toString(origin.receivedUs())));
        headers.add(Parcel.Header.of(Headers.TENANT, origin.tenant()));
        headers.add(Parcel.Header.of(Headers.TOPIC, topicName));
        return rejected(
                origin.vin(),
                Rejection.TOPIC_UNKNOWN,
                "no topic '" + topicName + "'",
                headers,
                payload,
                outcome);
    }

    /** What a vehicle wanted said when its connection breaks. */
    public static Parcel will(
            Vin vin,
            SessionId session,
            VehicleSession.Will will,
            Instant at,
            Parcel.Outcome outcome) {
        Origin origin =
                new Origin(
                        vin,
                        will.tenant().value(),
                        will.certificate(),
                        session.toString(),
                        String.valueOf(will.qos()),
                        micros(at),
                        userHeaders(will.properties()));
        return publish(will.topic(), origin, will.payload(), outcome);
    }

    /** User properties as headers, with a prefix so that they cannot pass for one of ours. */
    public static List<Parcel.Header> userHeaders(List<VehicleSession.UserProperty> properties) {
        List<Parcel.Header> headers = new ArrayList<>();
        for (VehicleSession.UserProperty property : properties) {
            headers.add(Parcel.Header.of(Headers.USER_PREFIX + property.name(), property.value()));
        }
        return headers;
    }

    public static long micros(Instant at) {
        return at.getEpochSecond() * 1_000_000 + at.getNano() / 1_000;
    }

    /** A platform event about a vehicle, {@code type} out of {@link EventTypes}. */
    public static Parcel platformEvent(
            Vin vin,
            UUID id,
            String type,
            Instant at,
            Map<String, Object> data,
            Parcel.Outcome outcome) {
        List<Parcel.Header> headers = new ArrayList<>();
        cloudEvent(headers, id.toString(), "/gateway", type, at.toString(), vin);
        return new Parcel(Topic.VEHICLE_EVENTS, key(vin), Json.bytes(data), headers, outcome);
    }

    public static Parcel presence(Vin vin, Presence presence, Parcel.Outcome outcome) {
        return new Parcel(
                Topic.VEHICLE_PRESENCE, key(vin), Json.bytes(presence), List.of(), outcome);
    }

    /** A session's record, or its tombstone. */
    public static Parcel session(
            Vin vin, SessionId session, @Nullable VehicleSession record, Parcel.Outcome outcome) {
        byte[] key = (vin.value() + "/" + session).getBytes(StandardCharsets.US_ASCII);
        byte[] value = record == null ? null : Json.bytes(record);
        return new Parcel(Topic.VEHICLE_SESSIONS, key, value, List.of(), outcome);
    }

    public static Parcel report(Vin vin, DownlinkReport report, Parcel.Outcome outcome) {
        return new Parcel(Topic.GATEWAY_REPORTS, key(vin), Json.bytes(report), List.of(), outcome);
    }

    public static Parcel heartbeat(Heartbeat heartbeat, Parcel.Outcome outcome) {
        byte[] key = heartbeat.run().toString().getBytes(StandardCharsets.US_ASCII);
        return new Parcel(Topic.GATEWAY_HEARTBEATS, key, Json.bytes(heartbeat), List.of(), outcome);
    }

    public static byte[] key(Vin vin) {
        return vin.value().getBytes(StandardCharsets.US_ASCII);
    }

    private static Parcel batch(
            UpTopic topic,
            String schema,
            Origin origin,
            List<Parcel.Header> headers,
            byte[] payload,
            Parcel.Outcome outcome) {
        headers.add(Parcel.Header.of(Headers.SCHEMA, schema));
        BatchHead head = BatchHead.of(payload);
        if (head != null) {
            headers.add(Parcel.Header.of(Headers.BOOT, head.bootId()));
            headers.add(Parcel.Header.of(Headers.SEQUENCE, Long.toString(head.seq())));
            headers.add(
                    Parcel.Header.of(
                            Headers.ORIGIN,
                            switch (head.origin()) {
                                case ORIGIN_STORED -> "STORED";
                                case ORIGIN_LIVE, UNRECOGNIZED -> "LIVE";
                            }));
        }
        return new Parcel(topic.target(), key(origin.vin()), payload, headers, outcome);
    }

    /**
     * A vehicle's event gets its own source and its own part of the type names, whatever it wrote.
     */
    private static Parcel event(
            UpTopic topic,
            Origin origin,
            List<Parcel.Header> headers,
            byte[] payload,
            Parcel.Outcome outcome) {
        try {
            VehicleEvent event = Json.read(payload, VehicleEvent.class);
            String type =
                    event.type().startsWith(EventTypes.VEHICLE_PREFIX)
                            ? event.type()
                            : EventTypes.VEHICLE_PREFIX + event.type();
            Instant received = Instant.ofEpochSecond(0, origin.receivedUs() * 1_000);
            Instant at = event.at() == null ? received : event.at();
            cloudEvent(
                    headers,
                    event.id().toString(),
                    "/vehicles/" + origin.vin(),
                    type,
                    at.toString(),
                    origin.vin());
            return new Parcel(topic.target(), key(origin.vin()), payload, headers, outcome);
        } catch (MalformedJsonException | NullPointerException malformed) {
            String detail = "event: " + malformed.getMessage();
            return rejected(origin.vin(), Rejection.MALFORMED, detail, headers, payload, outcome);
        }
    }

    private static Parcel rejected(
            Vin vin,
            Rejection reason,
            String detail,
            List<Parcel.Header> headers,
            byte[] payload,
            Parcel.Outcome outcome) {
        headers.add(Parcel.Header.of(Headers.REASON, reason.name()));
        headers.add(Parcel.Header.of(Headers.DETAIL, detail));
        return new Parcel(Topic.TELEMETRY_REJECTED, key(vin), payload, headers, outcome);
    }

    private static void cloudEvent(
            List<Parcel.Header> headers,
            String id,
            String source,
            String type,
            String time,
            Vin subject) {
        headers.add(Parcel.Header.of(Headers.EVENT_SPEC_VERSION, "1.0"));
        headers.add(Parcel.Header.of(Headers.EVENT_ID, id));
        headers.add(Parcel.Header.of(Headers.EVENT_SOURCE, source));
        headers.add(Parcel.Header.of(Headers.EVENT_TYPE, type));
        headers.add(Parcel.Header.of(Headers.EVENT_TIME, time));
        headers.add(Parcel.Header.of(Headers.EVENT_SUBJECT, subject.value()));
        headers.add(Parcel.Header.of(Headers.CONTENT_TYPE, "application/json"));
    }
}
