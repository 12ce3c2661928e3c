package dev.driveline.gateway.mqtt;

import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.gateway.DownlinkReport;
import dev.driveline.contract.gateway.DownlinkReport.Outcome;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.contract.vehicle.OfflineCause;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.gateway.acl.TopicAcl;
import dev.driveline.gateway.identity.VehicleIdentity;
import dev.driveline.gateway.link.CloseReason;
import dev.driveline.gateway.link.Link;
import dev.driveline.gateway.link.Ticket;
import dev.driveline.gateway.presence.Ownership;
import dev.driveline.gateway.uplink.Parcel;
import dev.driveline.gateway.uplink.Parcels;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttTopicSubscription;
import io.vertx.mqtt.messages.MqttDisconnectMessage;
import io.vertx.mqtt.messages.MqttPubAckMessage;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.MqttSubscribeMessage;
import io.vertx.mqtt.messages.MqttUnsubscribeMessage;
import io.vertx.mqtt.messages.codes.MqttDisconnectReasonCode;
import io.vertx.mqtt.messages.codes.MqttPubAckReasonCode;
import io.vertx.mqtt.messages.codes.MqttPubCompReasonCode;
import io.vertx.mqtt.messages.codes.MqttPubRecReasonCode;
import io.vertx.mqtt.messages.codes.MqttSubAckReasonCode;
import io.vertx.mqtt.messages.codes.MqttUnsubAckReasonCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connected vehicle: vertx-mqtt's endpoint on one side, the {@link Link} that decides in the
 * middle, Kafka on the other side.
 *
 * <p>Touched on its own event loop only; methods that other threads may call say so.
 */
final class MqttLink implements Link.Acknowledger {

    private static final Logger LOG = LoggerFactory.getLogger(MqttLink.class);
    private static final int MQTT_5 = 5;

    private final EdgeParts parts;
    private final LoopInbox loop;
    private final MqttEndpoint endpoint;
    private final EndpointSocket socket;
    private final VehicleIdentity identity;
    private final SessionId session;
    private final Instant since;
    private final Link link;
    private final Ownership ownership;
    private final @Nullable Will will;
    private final long keepAliveMs;
    private final Parcel.Outcome noMatter;
    private long heardMs;
    private boolean reading = true;
    private boolean budgetFull;
    private boolean concurrent;
    private @Nullable OfflineCause ended;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** A will that passed the ACL at CONNECT. */
    record Will(UpTopic topic, byte[] payload, int qos) {}

    MqttLink(
            EdgeParts parts,
            LoopInbox loop,
            MqttEndpoint endpoint,
            EndpointSocket socket,
            VehicleIdentity identity,
            TopicAcl acl,
            @Nullable Will will,
            int receiveMaximum,
            int keepAliveS) {
        this.parts = parts;
        this.loop = loop;
        this.endpoint = endpoint;
        this.socket = socket;
        this.identity = identity;
        this.will = will;
        this.session = new SessionId(parts.random().nextLong());
        this.since = parts.clock().instant();
        this.ownership = new Ownership(session, parts.announcement().readOffset(identity.vin()));
        this.link = new Link(parts.limits(), acl, mqtt5(), receiveMaximum);
        this.keepAliveMs = keepAliveS * 1_500L;
        this.heardMs = parts.clock().millis();
        this.noMatter = parts.noMatter();
    }

    Vin vin() {
        return identity.vin();
    }

    VehicleIdentity identity() {
        return identity;
    }

    /** Takes over the endpoint's handlers and says ONLINE; called before CONNACK is written. */
    void open() {
        socket.keepAliveIsOurs();
        endpoint.publishAutoAck(false);
        endpoint.subscriptionAutoAck(false);
        endpoint.publishHandler(this::published);
        endpoint.publishReleaseHandler(this::released);
        endpoint.publishAcknowledgeMessageHandler(this::delivered);
        endpoint.subscribeHandler(this::subscribed);
        endpoint.unsubscribeHandler(this::unsubscribed);
        endpoint.pingHandler(ping -> heard());
        endpoint.disconnectMessageHandler(this::disconnected);
        endpoint.exceptionHandler(this::broken);
        endpoint.closeHandler(gone -> gone());
        announceOnline();
    }

    /** Any thread. */
    void execute(Consumer<MqttLink> piece) {
        loop.execute(() -> piece.accept(this));
    }

    // What comes from the vehicle.

    private void published(MqttPublishMessage message) {
        heard();
        byte[] payload = message.payload().getBytes();
        Link.Incoming incoming =
                link.publish(
                        message.messageId(),
                        message.qosLevel().value(),
                        message.isRetain(),
                        message.topicName(),
                        alias(message),
                        payload.length);
        switch (incoming) {
            case Link.Incoming.Forward forward -> forward(forward, message, payload);
            case Link.Incoming.Refused refused -> refuse(refused, message, payload);
            case Link.Incoming.Repeated _ -> {
                if (link.owesPubrec(message.messageId())) {
                    pubrec(message.messageId());
                }
            }
            case Link.Incoming.Close close -> close(close.reason(), close.why());
        }
        readOrNot();
    }

    private void forward(
            Link.Incoming.Forward forward, MqttPublishMessage message, byte[] payload) {
        Ticket ticket = forward.ticket();
        if (ticket == null && parts.outbound().budgetOf(vin()).full()) {
            parts.metrics().dropped();
            return;
        }
        parts.metrics().published(forward.topic(), message.qosLevel().value());
        Parcel.Outcome outcome = ticket == null ? noMatter : new Acknowledgement(ticket);
        send(Parcels.publish(forward.topic(), originOf(message), payload, outcome));
    }

    private void refuse(Link.Incoming.Refused refused, MqttPublishMessage message, byte[] payload) {
        parts.metrics().refusedPublish();
        parts.events()
                .event(
                        vin(),
                        EventTypes.PUBLISH_REFUSED,
                        Map.of("topic", refused.topicName(), "session", session.toString()));
        Ticket ticket = refused.ticket();
        send(
                Parcels.refused(
                        refused.topicName(),
                        originOf(message),
                        payload,
                        ticket == null ? noMatter : new Acknowledgement(ticket)));
        if (ticket == null && message.qosLevel() == MqttQoS.AT_LEAST_ONCE) {
            endpoint.publishAcknowledge(
                    message.messageId(),
                    MqttPubAckReasonCode.NOT_AUTHORIZED,
                    reason("not one of the vehicle's own topics"));
        } else if (ticket == null && message.qosLevel() == MqttQoS.EXACTLY_ONCE) {
            endpoint.publishReceived(
                    message.messageId(),
                    MqttPubRecReasonCode.NOT_AUTHORIZED,
                    reason("not one of the vehicle's own topics"));
        }
    }

    private void released(int packetId) {
        heard();
        link.released(packetId);
        endpoint.publishComplete(
                packetId, MqttPubCompReasonCode.SUCCESS, MqttProperties.NO_PROPERTIES);
    }

    /** A PUBACK with an error (MQTT 5) ends the publish, but says nothing of a delivery. */
    private void delivered(MqttPubAckMessage message) {
        heard();
        Link.Sent sent = link.acknowledged(message.messageId());
        if (sent != null && (message.code().value() & 0x80) == 0) {
            report(sent, Outcome.DELIVERED);
        }
    }

    private void subscribed(MqttSubscribeMessage message) {
        heard();
        Set<DownTopic> before = link.listens();
        List<MqttSubAckReasonCode> answers = new ArrayList<>();
        for (MqttTopicSubscription subscription : message.topicSubscriptions()) {
            answers.add(subscribed(subscription));
        }
        if (mqtt5()) {
            endpoint.subscribeAcknowledge(
                    message.messageId(), answers, MqttProperties.NO_PROPERTIES);
        } else {
            endpoint.subscribeAcknowledge(
                    message.messageId(),
                    answers.stream()
                            .map(answer -> MqttQoS.valueOf(answer.value() & 0xFF))
                            .toList());
        }
        if (!link.listens().equals(before)) {
            announceOnline();
        }
    }

    /**
     * What goes down is acknowledged by the vehicle: a subscription at QoS 0 could not be served.
     */
    private MqttSubAckReasonCode subscribed(MqttTopicSubscription subscription) {
        boolean unacknowledged = subscription.qualityOfService() == MqttQoS.AT_MOST_ONCE;
        if (unacknowledged || !link.subscribe(subscription.topicName())) {
            parts.metrics().refusedSubscribe();
            return unacknowledged
                    ? MqttSubAckReasonCode.IMPLEMENTATION_SPECIFIC_ERROR
                    : MqttSubAckReasonCode.NOT_AUTHORIZED;
        }
        return MqttSubAckReasonCode.GRANTED_QOS1;
    }

    private void unsubscribed(MqttUnsubscribeMessage message) {
        heard();
        Set<DownTopic> before = link.listens();
        List<MqttUnsubAckReasonCode> answers = new ArrayList<>();
        for (String filter : message.topics()) {
            answers.add(
                    link.unsubscribe(filter)
                            ? MqttUnsubAckReasonCode.SUCCESS
                            : MqttUnsubAckReasonCode.NO_SUBSCRIPTION_EXISTED);
        }
        if (mqtt5()) {
            endpoint.unsubscribeAcknowledge(
                    message.messageId(), answers, MqttProperties.NO_PROPERTIES);
        } else {
            endpoint.unsubscribeAcknowledge(message.messageId());
        }
        if (!link.listens().equals(before)) {
            announceOnline();
        }
    }

    private void disconnected(MqttDisconnectMessage message) {
        if (message.code() != MqttDisconnectReasonCode.WITH_WILL_MESSAGE) {
            ended = OfflineCause.DISCONNECTED;
        }
    }

    private void broken(Throwable failure) {
        LOG.atDebug().setMessage("link broken").addKeyValue("vin", vin()).setCause(failure).log();
        if (failure instanceof io.netty.handler.codec.DecoderException) {
            close(CloseReason.PROTOCOL_ERROR, String.valueOf(failure.getMessage()));
        }
    }

    // What goes to the vehicle.

    /** A record of gateway.downlink that names this session. */
    void down(Downlink downlink) {
        if (closed.get() || !downlink.session().equals(session)) {
            parts.report(downlink, Outcome.NOT_HERE);
            return;
        }
        Link.Sent publish = new Link.Sent(downlink.topic(), downlink.id(), downlink.attempt());
        if (link.awaitsAcknowledgement(downlink.topic(), downlink.id())) {
            // Dispatched again while the vehicle still has to acknowledge the first.
            report(publish, Outcome.SENT);
            return;
        }
        Instant now = parts.clock().instant();
        switch (link.down(publish, downlink.expiresAt(), now)) {
            case Link.Outgoing.Send send -> publish(downlink, publish, send.packetId(), now);
            case Link.Outgoing.Busy _ -> report(publish, Outcome.BUSY);
            case Link.Outgoing.NotListening _ -> report(publish, Outcome.NOT_LISTENING);
            case Link.Outgoing.TooLate _ -> report(publish, Outcome.TOO_LATE);
        }
    }

    private void publish(Downlink downlink, Link.Sent sent, int packetId, Instant now) {
        MqttProperties properties = new MqttProperties();
        if (mqtt5()) {
            int expiryS =
                    (int) Math.max(1, Duration.between(now, downlink.expiresAt()).toSeconds());
            properties.add(
                    new MqttProperties.IntegerProperty(
                            MqttProperties.PUBLICATION_EXPIRY_INTERVAL, expiryS));
            properties.add(
                    new MqttProperties.BinaryProperty(
                            MqttProperties.CORRELATION_DATA,
                            downlink.id().getBytes(StandardCharsets.UTF_8)));
        }
        var _ =
                endpoint.publish(
                                downlink.topic().of(vin()),
                                Buffer.buffer(downlink.payload()),
                                MqttQoS.AT_LEAST_ONCE,
                                false,
                                false,
                                packetId,
                                properties)
                        .onSuccess(written -> report(sent, Outcome.SENT));
    }

    // Kafka.

    /** Acknowledges on the link's own loop once Kafka has the record. */
    private final class Acknowledgement implements Parcel.Outcome {

        private final Ticket ticket;

        Acknowledgement(Ticket ticket) {
            this.ticket = ticket;
        }

        @Override
        public void stored(long offset) {
            loop.execute(() -> {
                if (!closed.get()) {
                    link.stored(ticket, MqttLink.this);
                    readOrNot();
                }
            });
        }

        @Override
        public void lost(Exception cause) {
            loop.execute(() -> close(CloseReason.UNAVAILABLE, "Kafka: " + cause.getMessage()));
        }
    }

    @Override
    public void puback(int packetId) {
        endpoint.publishAcknowledge(
                packetId, MqttPubAckReasonCode.SUCCESS, MqttProperties.NO_PROPERTIES);
    }

    @Override
    public void pubrec(int packetId) {
        endpoint.publishReceived(
                packetId, MqttPubRecReasonCode.SUCCESS, MqttProperties.NO_PROPERTIES);
    }

    private void send(Parcel parcel) {
        if (!parts.outbound().send(parcel) && !budgetFull) {
            budgetFull =
                    parts.outbound()
                            .budgetOf(vin())
                            .await(() ->
                                    loop.execute(() -> {
                                        budgetFull = false;
                                        readOrNot();
                                    }));
        }
    }

    /** Stops or goes on reading; the keepalive stands still meanwhile. */
    private void readOrNot() {
        boolean read = link.mayRead() && !budgetFull;
        if (read == reading || closed.get()) {
            return;
        }
        reading = read;
        if (read) {
            heardMs = parts.clock().millis();
            socket.resume();
        } else {
            socket.pause();
        }
    }

    // Presence and the end.

    /** An ONLINE of this vehicle was read, ours or another session's. */
    void online(long offset, Presence.Online online) {
        if (closed.get()) {
            return;
        }
        switch (ownership.read(offset, online.session(), online.readOffset())) {
            case OURS -> {}
            case OVERTAKEN ->
                    close(CloseReason.TAKEN_OVER, "session " + online.session() + " took over");
            case CONCURRENT -> concurrent = true;
        }
    }

    /**
     * Closes if nothing came for one and a half keepalives; time spent not reading does not count.
     */
    void tick(long nowMs) {
        if (!closed.get() && reading && nowMs - heardMs > keepAliveMs) {
            close(CloseReason.KEEPALIVE_TIMEOUT, "nothing heard for " + (nowMs - heardMs) + " ms");
        } else if (!closed.get() && parts.clock().instant().isAfter(identity.notAfter())) {
            close(
                    CloseReason.CERTIFICATE_EXPIRED,
                    "certificate valid until " + identity.notAfter());
        }
    }

    /** Ends the link from our side, telling an MQTT 5 vehicle why. */
    void close(CloseReason reason, String why) {
        if (closed.get()) {
            return;
        }
        LOG.atDebug()
                .setMessage("link closed")
                .addKeyValue("vin", vin())
                .addKeyValue("reason", reason)
                .addKeyValue("why", why)
                .log();
        ended = reason.cause();
        if (mqtt5()) {
            endpoint.disconnect(
                    MqttDisconnectReasonCode.valueOf((byte) reason.code()), reason(why));
        } else {
            endpoint.close();
        }
        gone();
    }

    /** Runs once, whoever ended it. */
    private void gone() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        OfflineCause cause = ended == null ? OfflineCause.CONNECTION_LOST : ended;
        parts.left(this);
        Will left = will;
        if (left != null && firesWill(cause)) {
            Parcels.Origin origin = origin(String.valueOf(left.qos()), List.of());
            var _ =
                    parts.outbound()
                            .send(Parcels.publish(left.topic(), origin, left.payload(), noMatter));
        }
        parts.announcement()
                .announce(
                        vin(),
                        new Presence.Offline(session, parts.run(), cause, parts.clock().instant()),
                        () -> true,
                        offset -> {});
    }

    /**
     * A will belongs to the session: what we did ourselves, or another connection, does not fire
     * it.
     */
    private static boolean firesWill(OfflineCause cause) {
        return switch (cause) {
            case CONNECTION_LOST, KEEPALIVE_TIMEOUT, PROTOCOL_ERROR, REVOKED, CERTIFICATE_EXPIRED ->
                    true;
            case DISCONNECTED, TAKEN_OVER, DRAINED, GATEWAY_LOST, OTHER -> false;
        };
    }

    private void heard() {
        heardMs = parts.clock().millis();
        if (concurrent) {
            concurrent = false;
            announceOnline();
        }
    }

    private void announceOnline() {
        Presence.Online online =
                new Presence.Online(
                        session,
                        parts.run(),
                        parts.slot(),
                        link.listens(),
                        ownership.readOffset(),
                        since,
                        mqtt5() ? "5" : "3.1.1",
                        parts.clock().instant());
        parts.announcement().announce(vin(), online, () -> !closed.get(), offset -> {});
    }

    private void report(Link.Sent sent, Outcome outcome) {
        DownlinkReport report =
                new DownlinkReport(
                        sent.id(),
                        sent.attempt(),
                        sent.topic(),
                        parts.run(),
                        session,
                        outcome,
                        parts.clock().instant());
        var _ = parts.outbound().send(Parcels.report(vin(), report, noMatter));
    }

    private Parcels.Origin originOf(MqttPublishMessage message) {
        return origin(
                String.valueOf(message.qosLevel().value()),
                mqtt5() ? userHeaders(message) : List.of());
    }

    private Parcels.Origin origin(String qos, List<Parcel.Header> user) {
        Instant now = parts.clock().instant();
        long receivedUs = now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
        return new Parcels.Origin(
                vin(),
                identity.tenant().value(),
                identity.certificate().toString(),
                session.toString(),
                qos,
                receivedUs,
                user);
    }

    private static List<Parcel.Header> userHeaders(MqttPublishMessage message) {
        return MqttFacts.userHeaders(message.properties());
    }

    private @Nullable Integer alias(MqttPublishMessage message) {
        return mqtt5() ? MqttFacts.integer(message.properties(), MqttProperties.TOPIC_ALIAS) : null;
    }

    private boolean mqtt5() {
        return endpoint.protocolVersion() == MQTT_5;
    }

    private static MqttProperties reason(String why) {
        return MqttFacts.reason(why);
    }
}
