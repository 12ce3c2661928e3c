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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the records that a gateway writes. */
public final class Parcels {

    private Parcels() {}

    /** What every record of a publish carries, whatever its topic. */
    public record Origin(Sender sender, int qos, long receivedUs, List<Parcel.Header> extras) {

        List<Parcel.Header> headers(UpTopic topic) {
            List<Parcel.Header> headers = new ArrayList<>(12 + extras.size());
            headers.add(received());
            headers.add(sender.certificate);
            headers.add(QOS.get(qos));
            headers.add(sender.tenant);
            headers.add(sender.session);
            headers.add(topicHeader(topic));
            headers.addAll(extras);
            return headers;
        }

        Vin vin() {
            return sender.vin;
        }

        Parcel.Header received() {
            return Parcel.Header.of(Headers.RECEIVED, Long.toString(receivedUs));
        }
    }

    /** What is the same for all publishes of a session, encoded once. */
    public static final class Sender {
        private final Vin vin;
        private final byte[] key;
        private final Parcel.Header tenant;
        private final Parcel.Header certificate;
        private final Parcel.Header session;

        public Sender(Vin vin, String tenant, String certificate, SessionId session) {
            this.vin = vin;
            this.key = key(vin);
            this.tenant = Parcel.Header.of(Headers.TENANT, tenant);
            this.certificate = Parcel.Header.of(Headers.CERTIFICATE, certificate);
            this.session = Parcel.Header.of(Headers.SESSION, session.toString());
        }
    }

    private static final List<Parcel.Header> QOS =
            Stream.of("0", "1", "2").map(qos -> Parcel.Header.of(Headers.QOS, qos)).toList();
    private static final Map<UpTopic, Parcel.Header> TOPICS = topicHeaders();
    private static final Parcel.Header CAN_BATCH = Parcel.Header.of(Headers.SCHEMA, "CanBatch/1");
    private static final Parcel.Header SIGNAL_BATCH =
            Parcel.Header.of(Headers.SCHEMA, "SignalBatch/1");
    private static final Parcel.Header LIVE = Parcel.Header.of(Headers.ORIGIN, "LIVE");
    private static final Parcel.Header STORED = Parcel.Header.of(Headers.ORIGIN, "STORED");

    private static Map<UpTopic, Parcel.Header> topicHeaders() {
        Map<UpTopic, Parcel.Header> headers = new EnumMap<>(UpTopic.class);
        for (UpTopic topic : UpTopic.values()) {
            headers.put(topic, Parcel.Header.of(Headers.TOPIC, topic.leaf()));
        }
        return headers;
    }

    private static Parcel.Header topicHeader(UpTopic topic) {
        Parcel.Header known = TOPICS.get(topic);
        return known == null ? Parcel.Header.of(Headers.TOPIC, topic.leaf()) : known;
    }

    /** A publish of a vehicle, for the Kafka topic that its MQTT topic is bridged to. */
    public static Parcel publish(
            UpTopic topic, Origin origin, byte[] payload, Parcel.Outcome outcome) {
        List<Parcel.Header> headers = origin.headers(topic);
        return switch (topic) {
            case CAN -> batch(topic, CAN_BATCH, origin, headers, payload, outcome);
            case SIGNALS -> batch(topic, SIGNAL_BATCH, origin, headers, payload, outcome);
            case EVENTS -> event(topic, origin, headers, payload, outcome);
            case RESPONSES, CONFIG ->
                    new Parcel(topic.target(), origin.sender().key, payload, headers, outcome);
        };
    }

    /** A publish below the vehicle's own {@code up/} where there is no topic. */
    public static Parcel refused(
            String topicName, Origin origin, byte[] payload, Parcel.Outcome outcome) {
        List<Parcel.Header> headers = new ArrayList<>(origin.extras());
        headers.add(origin.received());
        headers.add(origin.sender().tenant);
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
        Sender sender = new Sender(vin, will.tenant().value(), will.certificate(), session);
        Origin origin = new Origin(sender, will.qos(), micros(at), userHeaders(will.properties()));
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
            Parcel.Header schema,
            Origin origin,
            List<Parcel.Header> headers,
            byte[] payload,
            Parcel.Outcome outcome) {
        headers.add(schema);
        BatchHead head = BatchHead.of(payload);
        if (head != null) {
            headers.add(Parcel.Header.of(Headers.BOOT, head.bootId()));
            headers.add(Parcel.Header.of(Headers.SEQUENCE, Long.toString(head.seq())));
            headers.add(
                    switch (head.origin()) {
                        case ORIGIN_STORED -> STORED;
                        case ORIGIN_LIVE, UNRECOGNIZED -> LIVE;
                    });
        }
        return new Parcel(topic.target(), origin.sender().key, payload, headers, outcome);
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
            return new Parcel(topic.target(), origin.sender().key, payload, headers, outcome);
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
