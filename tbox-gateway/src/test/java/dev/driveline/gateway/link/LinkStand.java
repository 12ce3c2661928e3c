package dev.driveline.gateway.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.gateway.acl.TopicAcl;
import dev.driveline.gateway.session.Resumable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A link on a bench: its inputs in, its effects out, a clock that stands still. */
final class LinkStand {

    static final Vin VIN = Vin.of("WDRV0TESTGATE1000");
    static final RunId RUN = new RunId(7);
    static final SessionId SESSION = new SessionId(1);
    static final Instant START = Instant.parse("2026-05-01T12:00:00Z");
    static final Instant NOT_AFTER = START.plusSeconds(30 * 24 * 3_600);
    static final String DOWN = DownTopic.prefix(VIN);
    static final String FOREIGN = "v1/WDRV0TESTGATE9999/up/can";
    static final Limits LIMITS = limits(4, 4, Limits.Rates.UNLIMITED);

    final Link link;
    long nowMs = START.toEpochMilli();

    LinkStand() {
        this(LIMITS);
    }

    LinkStand(Limits limits) {
        this.link = new Link(limits, RUN, 1);
    }

    static Limits limits(int window, int subscriptions, Limits.Rates rates) {
        return new Limits(
                window,
                1_000,
                3,
                4,
                subscriptions,
                7 * 24 * 3_600,
                30,
                1_200,
                80 * 1024,
                100,
                rates);
    }

    /** A link that was connected, with nothing in its hands. */
    static LinkStand connected(Protocol protocol) {
        return open(new Connecting(protocol));
    }

    /** As {@link #connected}, with a session that outlives the connection. */
    static LinkStand lasting(Protocol protocol) {
        LinkStand stand = open(new Connecting(protocol).lasting());
        stand.step(new Input.Saved(1));
        return stand;
    }

    static LinkStand open(Connecting connecting) {
        LinkStand stand = new LinkStand();
        stand.step(connecting.input());
        return stand;
    }

    List<Effect> step(Input input) {
        List<Effect> effects = new ArrayList<>();
        link.step(nowMs, input, effects);
        return effects;
    }

    void subscribeToAll() {
        step(subscribe(1, DOWN + "#"));
        step(new Input.Saved(Long.MAX_VALUE));
    }

    /** Steps, and expects the link to end with this reason. */
    void closes(CloseReason reason, Input input) {
        List<Effect> effects = step(input);
        assertEquals(reason, only(effects, Effect.Disconnect.class).reason());
        assertEquals(reason.cause(), only(effects, Effect.Offline.class).cause());
        assertEquals(new Effect.Hangup(), effects.getLast());
        assertTrue(link.closed());
    }

    static Downlink downlink(String id, int attempt, SessionId session, Instant expiresAt) {
        return new Downlink(
                VIN, id, attempt, RUN, session, DownTopic.COMMANDS, expiresAt, "payload of " + id);
    }

    static Input.Down down(String id) {
        return new Input.Down(downlink(id, 1, SESSION, START.plusSeconds(600)));
    }

    static <T extends Effect> List<T> all(List<Effect> effects, Class<T> kind) {
        return effects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    static <T extends Effect> T only(List<Effect> effects, Class<T> kind) {
        List<T> found = all(effects, kind);
        assertEquals(1, found.size(), () -> kind.getSimpleName() + " once in " + effects);
        return found.getFirst();
    }

    static Input.Publish publish(int packetId, int qos, String topic, int bytes) {
        return new Input.Publish(
                packetId, qos, false, false, topic, false, 0, new byte[bytes], Input.Extras.NONE);
    }

    static Input.Publish publish(int packetId, int qos, String topic) {
        return publish(packetId, qos, topic, 10);
    }

    static Input.Publish publish(int packetId, int qos) {
        return publish(packetId, qos, UpTopic.CAN.of(VIN));
    }

    static Input.Publish flagged(int qos, boolean dup, boolean retain, Input.Extras extras) {
        return new Input.Publish(
                1, qos, dup, retain, UpTopic.CAN.of(VIN), false, 0, new byte[0], extras);
    }

    static Input.Publish aliased(int packetId, String topic, int alias) {
        return new Input.Publish(
                packetId, 1, false, false, topic, true, alias, new byte[1], Input.Extras.NONE);
    }

    static Input.Subscribe subscribe(int packetId, String... filters) {
        List<Input.Wish> wishes = new ArrayList<>();
        for (String filter : filters) {
            wishes.add(new Input.Wish(filter, 1));
        }
        return new Input.Subscribe(packetId, wishes, false);
    }

    /** A CONNECT in the making. */
    static final class Connecting {
        Protocol protocol;
        String clientId = VIN.value();
        boolean clean = true;
        int keepAliveS = 60;
        long expiryS;
        Integer receiveMaximum;
        Long maxPacketBytes;
        boolean authenticationMethod;
        boolean problems = true;
        Input.Will will;
        Resumable stored;
        SessionId session = SESSION;
        long readOffset;
        Input.Objection objection;

        Connecting(Protocol protocol) {
            this.protocol = protocol;
        }

        Connecting lasting() {
            clean = false;
            expiryS = 3_600;
            return this;
        }

        Connecting will(String topic, long delayS) {
            will = new Input.Will(topic, new byte[] {1}, 1, false, delayS, List.of());
            return this;
        }

        Connecting resuming(Resumable resumable) {
            lasting();
            stored = resumable;
            session = new SessionId(2);
            return this;
        }

        Input.Connect input() {
            return new Input.Connect(
                    protocol,
                    clientId,
                    clean,
                    keepAliveS,
                    expiryS,
                    receiveMaximum,
                    maxPacketBytes,
                    problems,
                    authenticationMethod,
                    will,
                    new Input.Gate(
                            VIN,
                            TenantId.of("acme"),
                            "issuer:serial",
                            session,
                            readOffset,
                            new TopicAcl(VIN),
                            NOT_AFTER,
                            stored,
                            objection));
        }
    }
}
