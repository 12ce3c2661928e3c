package dev.driveline.gateway.link;

import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.vehicle.VehicleSession;
import dev.driveline.gateway.acl.TopicAcl;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the vehicle publishes. Source: MQTT 5 §3.3; the reaction to each broken rule is the one its
 * statement asks for.
 */
final class Uplinks {

    private static final int NOT_AUTHORIZED = 0x87;
    private static final int PACKET_ID_NOT_FOUND = 0x92;
    private static final int TOPIC_NAME_INVALID = 0x90;

    private final OpenLink link;
    private final OpenLink.Terms terms;
    private final UpWindow window;
    private final Throttle throttle;
    private final Map<Integer, String> aliases = new HashMap<>();

    /** Repeated QoS 2 publishes of a resumed session: whether they are stored is in the log. */
    private final List<Input.Publish> untilCaughtUp = new ArrayList<>();

    private boolean caughtUp;
    private TopicAcl acl;
    private long lastDigest;
    private long published;
    private long publishedBytes;

    /**
     * @param resumed whether another connection of the session may have left something that was not
     *     read yet
     */
    Uplinks(
            OpenLink link,
            OpenLink.Terms terms,
            TopicAcl acl,
            boolean resumed,
            List<VehicleSession.Received> receivedBefore) {
        this.link = link;
        this.caughtUp = !resumed;
        this.terms = terms;
        this.acl = acl;
        this.window = new UpWindow(terms.limits(), receivedBefore);
        this.throttle = new Throttle(terms.limits().rates());
    }

    void publish(long nowMs, Input.Publish publish) {
        if (broken(nowMs, publish)) {
            return;
        }
        String topicName = resolved(nowMs, publish);
        if (topicName == null) {
            return;
        }
        if (publish.qos() == 2 && publish.dup() && !caughtUp) {
            untilCaughtUp.add(publish);
            return;
        }
        lastDigest = publish.qos() == 2 ? Digest.of(topicName, publish.payload()) : 0;
        if (publish.qos() == 2 && window.repeated(publish.packetId(), lastDigest)) {
            if (window.owesPubRec(publish.packetId())) {
                link.emit(new Effect.PubRec(publish.packetId(), 0, null));
            }
            return;
        }
        if (publish.qos() > 0 && terms.mqtt5() && window.full()) {
            link.close(
                    nowMs,
                    CloseReason.RECEIVE_MAXIMUM_EXCEEDED,
                    "more than " + terms.limits().windowPackets() + " unacknowledged publishes");
            return;
        }
        published++;
        publishedBytes += publish.payload().length;
        if (!TopicFilters.fits(topicName, terms.limits().topicBytes())) {
            refuse(nowMs, publish, topicName, TOPIC_NAME_INVALID, "topic name too long");
            return;
        }
        switch (acl.publish(topicName)) {
            case TopicAcl.Publish.Allowed allowed -> forward(nowMs, publish, allowed.topic());
            case TopicAcl.Publish.UnknownOwn _ ->
                    refuse(nowMs, publish, topicName, NOT_AUTHORIZED, "no such topic");
            case TopicAcl.Publish.Foreign _ -> foreign(nowMs, publish, topicName);
        }
    }

    private boolean broken(long nowMs, Input.Publish publish) {
        if (publish.dup() && publish.qos() == 0) {
            link.close(nowMs, CloseReason.MALFORMED_PACKET, "DUP with QoS 0 [MQTT-3.3.1-2]");
            return true;
        }
        if (publish.retain() && terms.mqtt5()) {
            link.close(
                    nowMs,
                    CloseReason.RETAIN_NOT_SUPPORTED,
                    "CONNACK said that retain is not available [MQTT-3.2.2-14]");
            return true;
        }
        if (publish.extras().subscriptionIdentifier()) {
            link.close(
                    nowMs,
                    CloseReason.PROTOCOL_ERROR,
                    "a client's PUBLISH with a subscription identifier [MQTT-3.3.4-6]");
            return true;
        }
        String responseTopic = publish.extras().responseTopic();
        if (responseTopic != null && TopicFilters.wild(responseTopic)) {
            link.close(
                    nowMs,
                    CloseReason.PROTOCOL_ERROR,
                    "response topic with a wildcard [MQTT-3.3.2-14]");
            return true;
        }
        return false;
    }

    /** The topic name behind an alias; null once the link was closed for it. */
    private @Nullable String resolved(long nowMs, Input.Publish publish) {
        String topicName = publish.topicName();
        if (publish.hasAlias()) {
            int most = terms.limits().topicAliases();
            if (publish.alias() < 1 || publish.alias() > most) {
                link.close(
                        nowMs,
                        CloseReason.TOPIC_ALIAS_INVALID,
                        "topic alias " + publish.alias() + ", expected 1 to " + most);
                return null;
            }
            if (!topicName.isEmpty()) {
                aliases.put(publish.alias(), topicName);
                return topicName;
            }
            String known = aliases.get(publish.alias());
            if (known == null) {
                link.close(
                        nowMs,
                        CloseReason.PROTOCOL_ERROR,
                        "topic alias " + publish.alias() + " was never set");
            }
            return known;
        }
        if (topicName.isEmpty()) {
            link.close(
                    nowMs, CloseReason.PROTOCOL_ERROR, "an empty topic name without a topic alias");
            return null;
        }
        return topicName;
    }

    private void forward(long nowMs, Input.Publish publish, UpTopic topic) {
        switch (topic) {
            case CAN, SIGNALS -> throttle.data(nowMs, publish.payload().length);
            case EVENTS, RESPONSES, CONFIG -> throttle.talk(nowMs, publish.payload().length);
        }
        Ticket ticket = publish.qos() == 0 ? null : ticket(publish, 0, null);
        link.emit(new Effect.Forward(topic, publish, ticket));
    }

    /**
     * Recorded as rejected and acknowledged: MQTT 5 with the code, 3.1.1 without ([MQTT-3.3.5-2] of
     * 3.1.1 permits it; closing would loop on a message that the vehicle stores).
     */
    private void refuse(long nowMs, Input.Publish publish, String topicName, int code, String why) {
        throttle.data(nowMs, publish.payload().length);
        Ticket ticket =
                publish.qos() == 0
                        ? null
                        : terms.mqtt5()
                                ? ticket(publish, code, terms.reasons() ? why : null)
                                : ticket(publish, 0, null);
        link.emit(new Effect.Reject(topicName, publish, ticket));
    }

    /** 3.1.1 cannot be told, and closing is right for another vehicle's topic. */
    private void foreign(long nowMs, Input.Publish publish, String topicName) {
        if (terms.mqtt5()) {
            refuse(
                    nowMs,
                    publish,
                    topicName,
                    NOT_AUTHORIZED,
                    "not one of the vehicle's own topics");
        } else {
            link.close(
                    nowMs,
                    CloseReason.FOREIGN_TOPIC,
                    "publish to '" + topicName + "', not one of its own topics");
        }
    }

    private Ticket ticket(Input.Publish publish, int code, @Nullable String why) {
        Ticket ticket =
                new Ticket(publish.packetId(), publish.qos(), publish.payload().length, code, why);
        window.admit(ticket, lastDigest);
        return ticket;
    }

    void stored(Ticket ticket) {
        if (ticket.qos == 2 && !ticket.refuses()) {
            window.remember(ticket);
            link.whenSaved(() -> acknowledgeable(ticket));
        } else {
            acknowledgeable(ticket);
        }
    }

    private void acknowledgeable(Ticket ticket) {
        ticket.acknowledgeable = true;
        while (window.firstIsAcknowledgeable()) {
            Ticket first = window.takeFirst();
            link.emit(
                    first.qos == 1
                            ? new Effect.PubAck(first.packetId, first.code, first.why)
                            : new Effect.PubRec(first.packetId, first.code, first.why));
        }
    }

    /** Forgotten before PUBCOMP says so: the vehicle may use the identifier again after it. */
    void release(int packetId) {
        if (window.release(packetId)) {
            link.whenSaved(() -> link.emit(new Effect.PubComp(packetId, 0)));
        } else {
            link.emit(new Effect.PubComp(packetId, terms.mqtt5() ? PACKET_ID_NOT_FOUND : 0));
        }
    }

    /** What the former connection left is known now. */
    void caughtUp(long nowMs, @Nullable List<VehicleSession.Received> receivedBefore) {
        if (receivedBefore != null) {
            window.reconcile(receivedBefore);
        }
        caughtUp = true;
        List<Input.Publish> held = List.copyOf(untilCaughtUp);
        untilCaughtUp.clear();
        held.forEach(publish -> publish(nowMs, publish));
    }

    void acl(TopicAcl changed) {
        acl = changed;
    }

    void tick(long nowMs) {
        throttle.judge(nowMs);
    }

    long babbledMs(long nowMs) {
        return throttle.babbledMs(nowMs);
    }

    boolean mayRead() {
        return window.mayRead()
                && !throttle.held()
                && untilCaughtUp.size() <= terms.limits().windowPackets();
    }

    int waiting() {
        return window.waiting();
    }

    List<VehicleSession.Received> received() {
        return window.received();
    }

    long published() {
        return published;
    }

    long publishedBytes() {
        return publishedBytes;
    }
}
