package dev.driveline.gateway.link;

import static dev.driveline.gateway.link.LinkStand.FOREIGN;
import static dev.driveline.gateway.link.LinkStand.VIN;
import static dev.driveline.gateway.link.LinkStand.aliased;
import static dev.driveline.gateway.link.LinkStand.all;
import static dev.driveline.gateway.link.LinkStand.connected;
import static dev.driveline.gateway.link.LinkStand.flagged;
import static dev.driveline.gateway.link.LinkStand.only;
import static dev.driveline.gateway.link.LinkStand.publish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.vehicle.VehicleSession;
import dev.driveline.gateway.session.Resumable;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a vehicle publishes. */
class LinkPublishTest {

    private static final String UNKNOWN = UpTopic.prefix(VIN) + "nonsense";
    private static final Limits TIGHT =
            LinkStand.limits(100, 4, new Limits.Rates(10, 1 << 20, 10, 1 << 20, 4));

    @ParameterizedTest
    @EnumSource
    void mqtt_4_3_2_4_acknowledgedOnceStoredAndInOrderOfArrival(Protocol protocol) {
        LinkStand stand = connected(protocol);
        Ticket first = forwarded(stand.step(publish(10, 1)));
        Ticket second = forwarded(stand.step(publish(11, 1)));
        assertEquals(List.of(), stand.step(new Input.Stored(second)));
        assertEquals(
                List.of(new Effect.PubAck(10, 0, null), new Effect.PubAck(11, 0, null)),
                stand.step(new Input.Stored(first)));
    }

    @ParameterizedTest
    @EnumSource
    void mqtt_4_3_3_exactlyOnce(Protocol protocol) {
        LinkStand stand = connected(protocol);
        Ticket ticket = forwarded(stand.step(publish(5, 2)));
        assertEquals(List.of(), stand.step(publish(5, 2)), "neither forwarded nor answered");
        assertEquals(List.of(new Effect.PubRec(5, 0, null)), stand.step(new Input.Stored(ticket)));
        assertEquals(
                List.of(new Effect.PubRec(5, 0, null)),
                stand.step(publish(5, 2)),
                "[MQTT-4.3.3-10] repeated, it is answered again");
        assertEquals(List.of(new Effect.PubComp(5, 0)), stand.step(new Input.PubRel(5)));
        assertNotNull(forwarded(stand.step(publish(5, 2))), "and the identifier is free again");
    }

    @Test
    void aLastingSessionRemembersAnIdentifierBeforePubRecAndForgetsItBeforePubComp() {
        LinkStand stand = LinkStand.lasting(Protocol.MQTT_5);
        Ticket ticket = forwarded(stand.step(publish(5, 2)));
        List<Effect> stored = stand.step(new Input.Stored(ticket));
        Effect.Save save = only(stored, Effect.Save.class);
        assertEquals(5, save.session().received().getFirst().packetId());
        assertEquals(1, stored.size(), "no PUBREC yet");
        assertEquals(
                List.of(new Effect.PubRec(5, 0, null)),
                stand.step(new Input.Saved(save.version())));
        List<Effect> released = stand.step(new Input.PubRel(5));
        Effect.Save forgotten = only(released, Effect.Save.class);
        assertEquals(List.of(), forgotten.session().received());
        assertEquals(1, released.size(), "no PUBCOMP yet");
        assertEquals(
                List.of(new Effect.PubComp(5, 0)),
                stand.step(new Input.Saved(forgotten.version())));
    }

    @Test
    void aRepeatedMessageOfAFormerConnectionIsKnownByItsContent() {
        Input.Publish dup = exactlyOnceAgain(5, 1);
        LinkStand stand = resumedWith(5, dup);
        assertEquals(List.of(), stand.step(dup), "it waits until the log was read");
        assertEquals(
                List.of(new Effect.PubRec(5, 0, null)),
                all(stand.step(new Input.CaughtUp(null)), Effect.PubRec.class));
        LinkStand other = resumedWith(5, dup);
        other.step(new Input.CaughtUp(null));
        assertNotNull(
                forwarded(other.step(exactlyOnceAgain(5, 2))),
                "another message under an identifier that was released elsewhere");
    }

    private static LinkStand resumedWith(int packetId, Input.Publish stored) {
        long digest = Digest.of(stored.topicName(), stored.payload());
        return LinkStand.open(
                new LinkStand.Connecting(Protocol.MQTT_5)
                        .resuming(
                                new Resumable(
                                        new SessionId(9),
                                        false,
                                        List.of(),
                                        List.of(),
                                        List.of(new VehicleSession.Received(packetId, digest)))));
    }

    private static Input.Publish exactlyOnceAgain(int packetId, int content) {
        return new Input.Publish(
                packetId,
                2,
                true,
                false,
                UpTopic.CAN.of(VIN),
                false,
                0,
                new byte[] {(byte) content},
                Input.Extras.NONE);
    }

    @Test
    void mqtt_3_6_2_1_anUnknownReleaseIsSaidToMqtt5() {
        assertEquals(
                List.of(new Effect.PubComp(9, 0x92)),
                connected(Protocol.MQTT_5).step(new Input.PubRel(9)));
        assertEquals(
                List.of(new Effect.PubComp(9, 0)),
                connected(Protocol.MQTT_3_1_1).step(new Input.PubRel(9)));
    }

    @Test
    void qos0HasNoTicketAndWithoutRoomInItsPartitionNothingIsRead() {
        LinkStand stand = connected(Protocol.MQTT_5);
        assertNull(forwarded(stand.step(publish(0, 0))));
        assertEquals(List.of(new Effect.Read(false)), stand.step(new Input.Budget(false)));
        assertEquals(List.of(new Effect.Read(true)), stand.step(new Input.Budget(true)));
    }

    @Test
    void mqtt_3_3_1_2_dupWithQos0IsMalformed() {
        connected(Protocol.MQTT_5)
                .closes(CloseReason.MALFORMED_PACKET, flagged(0, true, false, Input.Extras.NONE));
    }

    @Test
    void mqtt_3_2_2_14_retainIsNotAvailable() {
        Input.Publish retained = flagged(1, false, true, Input.Extras.NONE);
        connected(Protocol.MQTT_5).closes(CloseReason.RETAIN_NOT_SUPPORTED, retained);
        assertNotNull(forwarded(connected(Protocol.MQTT_3_1_1).step(retained)));
    }

    @Test
    void mqtt_3_3_4_6_aClientsPublishHasNoSubscriptionIdentifier() {
        var extras = new Input.Extras(List.of(), null, null, true);
        connected(Protocol.MQTT_5)
                .closes(CloseReason.PROTOCOL_ERROR, flagged(1, false, false, extras));
    }

    @Test
    void mqtt_3_3_2_14_aResponseTopicHasNoWildcard() {
        var extras = new Input.Extras(List.of(), "v1/+/down/commands", null, false);
        connected(Protocol.MQTT_5)
                .closes(CloseReason.PROTOCOL_ERROR, flagged(1, false, false, extras));
    }

    @Test
    void trap5_anAliasIsResolvedBeforeTheAcl() {
        LinkStand stand = connected(Protocol.MQTT_5);
        forwarded(stand.step(aliased(1, UpTopic.CAN.of(VIN), 4)));
        assertEquals(
                UpTopic.CAN, only(stand.step(aliased(2, "", 4)), Effect.Forward.class).topic());
        assertEquals(
                FOREIGN, only(stand.step(aliased(3, FOREIGN, 1)), Effect.Reject.class).topicName());
        assertEquals(FOREIGN, only(stand.step(aliased(4, "", 1)), Effect.Reject.class).topicName());
    }

    @Test
    void mqtt_3_3_2_8_anAliasStaysWithinItsMaximum() {
        connected(Protocol.MQTT_5)
                .closes(CloseReason.TOPIC_ALIAS_INVALID, aliased(1, UpTopic.CAN.of(VIN), 5));
        connected(Protocol.MQTT_5)
                .closes(CloseReason.TOPIC_ALIAS_INVALID, aliased(1, UpTopic.CAN.of(VIN), 0));
        connected(Protocol.MQTT_5).closes(CloseReason.PROTOCOL_ERROR, aliased(1, "", 2));
        connected(Protocol.MQTT_5).closes(CloseReason.PROTOCOL_ERROR, publish(1, 1, ""));
    }

    @Test
    void mqtt_3_3_4_9_beyondTheReceiveMaximumItIsClosed() {
        LinkStand stand = connected(Protocol.MQTT_5);
        stand.step(new Input.Stored(forwarded(stand.step(publish(1, 2)))));
        for (int id = 2; id <= 4; id++) {
            forwarded(stand.step(publish(id, 1)));
        }
        stand.closes(CloseReason.RECEIVE_MAXIMUM_EXCEEDED, publish(5, 1));
    }

    @Test
    void mqtt311IsNotReadBeyondItsWindowAndThenReadOn() {
        LinkStand stand = connected(Protocol.MQTT_3_1_1);
        Ticket first = fill(stand);
        assertEquals(
                List.of(new Effect.Read(false)), all(stand.step(publish(5, 1)), Effect.Read.class));
        assertEquals(
                List.of(new Effect.PubAck(1, 0, null), new Effect.Read(true)),
                stand.step(new Input.Stored(first)));
    }

    @Test
    void theWindowCountsBytesToo() {
        List<Effect> effects =
                connected(Protocol.MQTT_5).step(publish(1, 1, UpTopic.CAN.of(VIN), 1_001));
        assertEquals(List.of(new Effect.Read(false)), all(effects, Effect.Read.class));
    }

    @Test
    void trap9_theKeepAliveStandsStillWhileWeDoNotRead() {
        LinkStand stand = connected(Protocol.MQTT_3_1_1);
        fill(stand);
        stand.step(publish(5, 1));
        stand.nowMs += 3_600_000;
        assertEquals(List.of(), stand.step(new Input.Tick()));
        assertTrue(stand.link.open());
    }

    @Test
    void trap9_withAFullWindowPingsAreAnswered() {
        LinkStand stand = connected(Protocol.MQTT_3_1_1);
        fill(stand);
        assertEquals(List.of(new Effect.PingResp()), stand.step(new Input.PingReq()));
    }

    @ParameterizedTest
    @EnumSource
    void anUnknownTopicOfItsOwnIsRecordedAndThenAcknowledged(Protocol protocol) {
        LinkStand stand = connected(protocol);
        Ticket ticket = rejected(stand.step(publish(1, 1, UNKNOWN)));
        assertEquals(
                protocol == Protocol.MQTT_5 ? 0x87 : 0,
                only(stand.step(new Input.Stored(ticket)), Effect.PubAck.class).code());
    }

    @Test
    void mqtt_3_3_5_2_anotherVehiclesTopicIsRefusedOrCloses() {
        assertNotNull(rejected(connected(Protocol.MQTT_5).step(publish(1, 1, FOREIGN))));
        connected(Protocol.MQTT_3_1_1).closes(CloseReason.FOREIGN_TOPIC, publish(1, 1, FOREIGN));
    }

    @Test
    void aRefusedQos2PublishEndsWithItsPubRec() {
        LinkStand stand = connected(Protocol.MQTT_5);
        Ticket ticket = rejected(stand.step(publish(3, 2, UNKNOWN)));
        assertEquals(0x87, only(stand.step(new Input.Stored(ticket)), Effect.PubRec.class).code());
        assertNotNull(forwarded(stand.step(publish(3, 2))), "the identifier is free");
    }

    @Test
    void anOverlongTopicNameIsInvalid() {
        LinkStand stand = connected(Protocol.MQTT_5);
        Ticket ticket = rejected(stand.step(publish(3, 1, UpTopic.prefix(VIN) + "x".repeat(100))));
        assertEquals(0x90, only(stand.step(new Input.Stored(ticket)), Effect.PubAck.class).code());
    }

    @Test
    void mqtt_3_1_2_29_withoutProblemInformationThereIsNoReasonString() {
        var terse = new LinkStand.Connecting(Protocol.MQTT_5);
        terse.problems = false;
        LinkStand stand = LinkStand.open(terse);
        Ticket ticket = rejected(stand.step(publish(1, 1, UNKNOWN)));
        assertNull(only(stand.step(new Input.Stored(ticket)), Effect.PubAck.class).why());
    }

    @Test
    void aBabblingVehicleIsSlowedDownAndAtHalfItsKeepAliveClosed() {
        LinkStand stand = new LinkStand(TIGHT);
        stand.step(new LinkStand.Connecting(Protocol.MQTT_5).input());
        boolean held = false;
        for (int tick = 0; tick < 30 && !held; tick++) {
            held = babble(stand);
        }
        assertTrue(held, "it is not read any more");
        long heldAtMs = stand.nowMs;
        List<Effect> effects = List.of();
        while (stand.link.open()) {
            stand.nowMs += 1_000;
            effects = stand.step(new Input.Tick());
            if (effects.contains(new Effect.Read(true))) {
                babble(stand);
            }
        }
        assertEquals(CloseReason.RATE_TOO_HIGH, only(effects, Effect.Disconnect.class).reason());
        assertNotNull(only(effects, Effect.Quarantine.class));
        assertNotNull(only(effects, Effect.Event.class));
        assertTrue(stand.nowMs - heldAtMs <= 32_000, "half of its keepalive of 60 s");
    }

    @Test
    void aVehicleThatKeepsToItsRateIsNeverHeld() {
        LinkStand stand = new LinkStand(TIGHT);
        stand.step(new LinkStand.Connecting(Protocol.MQTT_5).input());
        for (int second = 0; second < 100; second++) {
            for (int i = 0; i < 10; i++) {
                assertFalse(stand.step(publish(0, 0)).contains(new Effect.Read(false)));
            }
            stand.nowMs += 1_000;
            assertEquals(List.of(), stand.step(new Input.Tick()));
        }
    }

    /** Sends 20 at once; whether that made the link stop reading. */
    private static boolean babble(LinkStand stand) {
        boolean held = false;
        for (int i = 0; i < 20; i++) {
            held |= stand.step(publish(0, 0)).contains(new Effect.Read(false));
        }
        return held;
    }

    /** Fills the window of four, and gives back the first. */
    private static Ticket fill(LinkStand stand) {
        Ticket first = forwarded(stand.step(publish(1, 1)));
        for (int id = 2; id <= 4; id++) {
            assertEquals(1, stand.step(publish(id, 1)).size(), "a full window is within");
        }
        return first;
    }

    private static Ticket forwarded(List<Effect> effects) {
        return only(effects, Effect.Forward.class).ticket();
    }

    private static Ticket rejected(List<Effect> effects) {
        return only(effects, Effect.Reject.class).ticket();
    }
}
