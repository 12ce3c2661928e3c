package dev.driveline.gateway.link;

import static dev.driveline.gateway.link.LinkStand.DOWN;
import static dev.driveline.gateway.link.LinkStand.SESSION;
import static dev.driveline.gateway.link.LinkStand.START;
import static dev.driveline.gateway.link.LinkStand.VIN;
import static dev.driveline.gateway.link.LinkStand.all;
import static dev.driveline.gateway.link.LinkStand.connected;
import static dev.driveline.gateway.link.LinkStand.down;
import static dev.driveline.gateway.link.LinkStand.lasting;
import static dev.driveline.gateway.link.LinkStand.only;
import static dev.driveline.gateway.link.LinkStand.subscribe;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.gateway.DownlinkReport.Outcome;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.vehicle.VehicleSession;
import dev.driveline.gateway.link.LinkStand.Connecting;
import dev.driveline.gateway.session.Resumable;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Subscriptions, publishes to the vehicle, and the end. */
class LinkDownTest {

    @Test
    void filtersAreGrantedOrRefusedOneByOne() {
        List<Input.Wish> wishes =
                List.of(
                        new Input.Wish(DOWN + "#", 2),
                        new Input.Wish(DOWN + "commands", 0),
                        new Input.Wish("v1/+/down/#", 1),
                        new Input.Wish("#", 1),
                        new Input.Wish(DOWN + "a#", 1),
                        new Input.Wish(DOWN + "#/x", 1),
                        new Input.Wish("", 1));
        List<Effect> effects =
                connected(Protocol.MQTT_5).step(new Input.Subscribe(1, wishes, false));
        assertEquals(
                List.of(1, 0x83, 0x87, 0x87, 0x8F, 0x8F, 0x8F),
                only(effects, Effect.SubAck.class).codes());
        assertEquals(Set.of(DownTopic.values()), only(effects, Effect.Online.class).listens());
        assertEquals(
                List.of(0x80, 1),
                subAck(connected(Protocol.MQTT_3_1_1), subscribe(1, "v1/+/down/#", DOWN + "+")));
    }

    @Test
    void subscriptionsAreLimited() {
        LinkStand stand = new LinkStand(LinkStand.limits(4, 2, Limits.Rates.UNLIMITED));
        stand.step(new Connecting(Protocol.MQTT_5).input());
        assertEquals(
                List.of(1, 1, 0x97, 1),
                subAck(stand, subscribe(1, DOWN + "#", DOWN + "+", DOWN + "commands", DOWN + "#")));
    }

    @Test
    void mqtt_3_8_3_2_aSubscribeHasAFilter() {
        connected(Protocol.MQTT_5).closes(CloseReason.PROTOCOL_ERROR, subscribe(1));
        connected(Protocol.MQTT_3_1_1)
                .closes(CloseReason.PROTOCOL_ERROR, new Input.Unsubscribe(1, List.of()));
    }

    @Test
    void whatConnAckSaidIsNotAvailableIsRefusedWithItsCode() {
        connected(Protocol.MQTT_5)
                .closes(
                        CloseReason.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
                        subscribe(1, "$share/group/" + DOWN + "#"));
        List<Input.Wish> wish = List.of(new Input.Wish(DOWN + "#", 1));
        connected(Protocol.MQTT_5)
                .closes(
                        CloseReason.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
                        new Input.Subscribe(1, wish, true));
    }

    @Test
    void aLastingSubscriptionIsSavedBeforeItIsAcknowledged() {
        LinkStand stand = lasting(Protocol.MQTT_3_1_1);
        List<Effect> effects = stand.step(subscribe(1, DOWN + "#"));
        Effect.Save save = only(effects, Effect.Save.class);
        assertEquals(List.of("#"), save.session().filters());
        assertEquals(List.of(), all(effects, Effect.SubAck.class));
        assertEquals(
                List.of(1),
                only(stand.step(new Input.Saved(save.version())), Effect.SubAck.class).codes());
    }

    @Test
    void unsubscribingSaysWhatWasThere() {
        LinkStand stand = connected(Protocol.MQTT_5);
        stand.subscribeToAll();
        List<Effect> effects =
                stand.step(new Input.Unsubscribe(2, List.of(DOWN + "#", DOWN + "+")));
        assertEquals(List.of(0x00, 0x11), only(effects, Effect.UnsubAck.class).codes());
        assertEquals(Set.of(), only(effects, Effect.Online.class).listens());
    }

    @Test
    void aDownlinkIsPublishedWrittenAndDelivered() {
        LinkStand stand = connected(Protocol.MQTT_5);
        stand.subscribeToAll();
        assertEquals(
                new Effect.Publish(1, false, DownTopic.COMMANDS, "a", "payload of a", 600),
                only(stand.step(down("a")), Effect.Publish.class));
        assertEquals(Outcome.SENT, report(stand.step(new Input.Written(1))));
        assertEquals(Outcome.DELIVERED, report(stand.step(new Input.PubAck(1, 0))));
        assertEquals(List.of(), stand.step(new Input.PubAck(1, 0)), "once");
    }

    @Test
    void anAcknowledgementWithAnErrorIsNoDelivery() {
        LinkStand stand = connected(Protocol.MQTT_5);
        stand.subscribeToAll();
        stand.step(down("a"));
        assertEquals(List.of(), stand.step(new Input.PubAck(1, 0x87)));
    }

    @Test
    void aLastingSessionHoldsTheDownlinkBeforeItGoesOut() {
        LinkStand stand = lasting(Protocol.MQTT_5);
        stand.subscribeToAll();
        List<Effect> effects = stand.step(down("a"));
        Effect.Save save = only(effects, Effect.Save.class);
        VehicleSession.Unacknowledged kept = save.session().unacknowledged().getFirst();
        assertEquals("a", kept.id());
        assertEquals(List.of(), all(effects, Effect.Publish.class));
        assertEquals(
                kept.packetId(),
                only(stand.step(new Input.Saved(save.version())), Effect.Publish.class).packetId());
        assertEquals(
                List.of(),
                only(stand.step(new Input.PubAck(kept.packetId(), 0)), Effect.Save.class)
                        .session()
                        .unacknowledged());
    }

    @Test
    void whatExpiredWhileItWasSavedDoesNotGoOut() {
        LinkStand stand = lasting(Protocol.MQTT_5);
        stand.subscribeToAll();
        var brief = new Input.Down(LinkStand.downlink("a", 1, SESSION, START.plusSeconds(1)));
        Effect.Save save = only(stand.step(brief), Effect.Save.class);
        stand.nowMs += 1_000;
        List<Effect> effects = stand.step(new Input.Saved(save.version()));
        assertEquals(List.of(), all(effects, Effect.Publish.class));
        assertEquals(Outcome.TOO_LATE, report(effects));
    }

    @Test
    void mqtt_3_3_4_7_theVehiclesReceiveMaximumIsKept() {
        var small = new Connecting(Protocol.MQTT_5);
        small.receiveMaximum = 1;
        LinkStand stand = LinkStand.open(small);
        stand.subscribeToAll();
        assertEquals(1, all(stand.step(down("a")), Effect.Publish.class).size());
        assertEquals(Outcome.BUSY, report(stand.step(down("b"))));
    }

    @Test
    void trap4_aVehicleThatDoesNotReadGetsNoMore() {
        LinkStand stand = connected(Protocol.MQTT_5);
        stand.subscribeToAll();
        assertEquals(List.of(new Effect.Read(false)), stand.step(new Input.Writable(false)));
        assertEquals(Outcome.BUSY, report(stand.step(down("a"))));
        assertEquals(List.of(new Effect.Read(true)), stand.step(new Input.Writable(true)));
    }

    @Test
    void mqtt_3_1_2_24_nothingBeyondTheVehiclesMaximumPacketSize() {
        var small = new Connecting(Protocol.MQTT_5);
        small.maxPacketBytes = 140L;
        LinkStand stand = LinkStand.open(small);
        stand.subscribeToAll();
        assertEquals(Outcome.TOO_LARGE, report(stand.step(down("a"))));
    }

    @Test
    void everyRefusalOfADownlinkHasItsName() {
        LinkStand stand = connected(Protocol.MQTT_5);
        assertEquals(Outcome.NOT_LISTENING, report(stand.step(down("a"))));
        stand.subscribeToAll();
        var late = new Input.Down(LinkStand.downlink("b", 1, SESSION, START));
        assertEquals(Outcome.TOO_LATE, report(stand.step(late)));
        var other = new Input.Down(LinkStand.downlink("c", 1, new SessionId(99), Instant.MAX));
        assertEquals(Outcome.NOT_HERE, report(stand.step(other)));
        stand.step(new Input.Gone());
        assertEquals(Outcome.NOT_HERE, report(stand.step(down("d"))));
    }

    @Test
    void dispatchedAgainItIsNotPublishedTwice() {
        LinkStand stand = connected(Protocol.MQTT_5);
        stand.subscribeToAll();
        stand.step(down("a"));
        stand.step(new Input.Written(1));
        var again = new Input.Down(LinkStand.downlink("a", 2, SESSION, START.plusSeconds(9)));
        assertEquals(
                List.of(new Effect.Report(DownTopic.COMMANDS, "a", 2, SESSION, Outcome.SENT)),
                stand.step(again));
    }

    @Test
    void mqtt_3_5_aPubRecFromTheVehicleIsAnswered() {
        assertEquals(
                List.of(new Effect.PubRel(4, 0x92)),
                connected(Protocol.MQTT_5).step(new Input.PubRec(4)));
    }

    @Test
    void serverPacketsAndUndecodableBytesClose() {
        connected(Protocol.MQTT_5).closes(CloseReason.PROTOCOL_ERROR, new Input.Unexpected("AUTH"));
        connected(Protocol.MQTT_5)
                .closes(
                        CloseReason.PACKET_TOO_LARGE,
                        new Input.Undecodable(CloseReason.PACKET_TOO_LARGE, "90000 bytes"));
    }

    @ParameterizedTest
    @EnumSource
    void mqtt_3_1_2_22_silenceForOneAndAHalfKeepAlivesCloses(Protocol protocol) {
        LinkStand stand = connected(protocol);
        stand.nowMs += 90_000;
        assertEquals(List.of(), stand.step(new Input.Tick()));
        stand.nowMs += 1;
        stand.closes(CloseReason.KEEPALIVE_TIMEOUT, new Input.Tick());
    }

    @Test
    void theSessionEndsWithItsCertificate() {
        LinkStand stand = connected(Protocol.MQTT_5);
        stand.nowMs = LinkStand.NOT_AFTER.toEpochMilli() - 1;
        stand.step(new Input.PingReq());
        stand.nowMs += 2;
        stand.closes(CloseReason.CERTIFICATE_EXPIRED, new Input.Tick());
    }

    @Test
    void mqtt_3_14_4_3_aNormalDisconnectDiscardsTheWillAnotherPublishesIt() {
        assertEquals(0, wills(willing(0).step(new Input.Disconnect(0, null))));
        assertEquals(1, wills(willing(0).step(new Input.Disconnect(4, null))));
        assertEquals(1, wills(willing(0).step(new Input.Gone())));
    }

    @Test
    void mqtt_3_1_3_9_aDelayedWillWaitsInTheSessionsRecord() {
        List<Effect> effects = willing(120).step(new Input.Gone());
        assertEquals(0, wills(effects));
        VehicleSession left = only(effects, Effect.Save.class).session();
        assertEquals(START.plusSeconds(120), left.willDueAt());
        assertEquals(START, left.endedAt());
    }

    @Test
    void ourOwnDrainDefersTheWillForAMinuteAtLeast() {
        List<Effect> effects = willing(0).step(new Input.End(CloseReason.DRAINED, ""));
        assertEquals(0, wills(effects));
        assertEquals(START.plusSeconds(60), only(effects, Effect.Save.class).session().willDueAt());
    }

    @Test
    void disconnectMayChangeTheExpiryButNotFromNothing() {
        List<Effect> effects = lasting(Protocol.MQTT_5).step(new Input.Disconnect(0, 0L));
        assertEquals(SESSION, only(effects, Effect.Forget.class).session());
        connected(Protocol.MQTT_5).closes(CloseReason.PROTOCOL_ERROR, new Input.Disconnect(0, 10L));
    }

    @Test
    void aSessionDeclaredLostSaysThatItLives() {
        List<Effect> effects = lasting(Protocol.MQTT_5).step(new Input.DeclaredLost());
        assertEquals(1, all(effects, Effect.Online.class).size());
        assertNull(only(effects, Effect.Save.class).session().endedAt());
    }

    @Test
    void anEarlierConnectionsOfflineDoesNotBuryOurOnline() {
        LinkStand stand = connected(Protocol.MQTT_5);
        assertEquals(List.of(), stand.step(new Input.OfflineRead(9, new SessionId(50))));
        stand.step(new Input.OnlineRead(10, SESSION, 0));
        assertEquals(
                1,
                all(stand.step(new Input.OfflineRead(11, new SessionId(50))), Effect.Online.class)
                        .size());
    }

    @Test
    void trap8_theOneThatHadReadUsTakesOverOthersAreConcurrent() {
        LinkStand stand = connected(Protocol.MQTT_5);
        stand.step(new Input.OnlineRead(10, SESSION, 0));
        stand.step(new Input.OnlineRead(11, new SessionId(50), 10));
        assertTrue(stand.link.open(), "it had not read ours: concurrent");
        assertEquals(
                1,
                all(stand.step(new Input.PingReq()), Effect.Online.class).size(),
                "and the one that hears its vehicle says so again");
        stand.closes(CloseReason.TAKEN_OVER, new Input.OnlineRead(12, new SessionId(51), 12));
    }

    /** Two gateways may have given the same identifier away for two messages. */
    @Test
    void anAcknowledgedIdentifierDoesNotStandForAnotherMessage() {
        SessionId former = new SessionId(50);
        LinkStand stand =
                LinkStand.open(
                        new Connecting(Protocol.MQTT_5)
                                .resuming(left(former, unacknowledged("a"))));
        assertEquals("a", only(stand.step(new Input.Saved(1)), Effect.Publish.class).id());
        stand.step(new Input.PubAck(1, 0));
        stand.step(new Input.CaughtUp(left(former, unacknowledged("b"), unacknowledged("a"))));
        Effect.Publish second =
                only(stand.step(new Input.Saved(Long.MAX_VALUE)), Effect.Publish.class);
        assertEquals("b", second.id(), "not the one that was acknowledged, but the other one");
    }

    private static VehicleSession.Unacknowledged unacknowledged(String id) {
        return new VehicleSession.Unacknowledged(
                1, DownTopic.COMMANDS, id, 1, SESSION, START.plusSeconds(600), "payload of " + id);
    }

    private static Resumable left(
            SessionId session, VehicleSession.Unacknowledged... unacknowledged) {
        return new Resumable(session, false, List.of("#"), List.of(unacknowledged), List.of());
    }

    @Test
    void afterTheEndNothingHappens() {
        LinkStand stand = connected(Protocol.MQTT_5);
        assertEquals(1, all(stand.step(new Input.Gone()), Effect.Offline.class).size());
        assertEquals(List.of(), stand.step(LinkStand.publish(1, 1)));
        assertEquals(List.of(), stand.step(new Input.Tick()));
        assertEquals(List.of(), stand.step(new Input.End(CloseReason.DRAINED, "")));
    }

    private static LinkStand willing(long delayS) {
        var connecting = new Connecting(Protocol.MQTT_5).will(UpTopic.EVENTS.of(VIN), delayS);
        connecting.expiryS = 3_600;
        return LinkStand.open(connecting);
    }

    private static int wills(List<Effect> effects) {
        return all(effects, Effect.FireWill.class).size();
    }

    private static Outcome report(List<Effect> effects) {
        return only(effects, Effect.Report.class).outcome();
    }

    private static List<Integer> subAck(LinkStand stand, Input.Subscribe subscribe) {
        return only(stand.step(subscribe), Effect.SubAck.class).codes();
    }
}
