package dev.driveline.gateway.link;

import static dev.driveline.gateway.link.LinkStand.DOWN;
import static dev.driveline.gateway.link.LinkStand.FOREIGN;
import static dev.driveline.gateway.link.LinkStand.START;
import static dev.driveline.gateway.link.LinkStand.VIN;
import static dev.driveline.gateway.link.LinkStand.all;
import static dev.driveline.gateway.link.LinkStand.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

/** CONNECT and what follows from it. */
class LinkConnectTest {

    private static final SessionId FORMER = new SessionId(9);

    @ParameterizedTest
    @EnumSource
    void mqtt_3_1_0_1_theFirstPacketIsConnect(Protocol protocol) {
        LinkStand stand = new LinkStand();
        assertEquals(List.of(new Effect.Hangup()), stand.step(LinkStand.publish(1, 1)));
        assertTrue(stand.link.closed());
        assertEquals(List.of(), stand.step(new Connecting(protocol).input()));
    }

    @ParameterizedTest
    @EnumSource
    void mqtt_3_1_0_2_aSecondConnectCloses(Protocol protocol) {
        LinkStand.connected(protocol)
                .closes(CloseReason.PROTOCOL_ERROR, new Connecting(protocol).input());
    }

    @ParameterizedTest
    @EnumSource
    void connAckComesFirstThenOnline(Protocol protocol) {
        assertEquals(
                List.of(new Effect.Accept(false, null, 0), new Effect.Online(Set.of(), 0)),
                new LinkStand().step(new Connecting(protocol).input()));
    }

    @Test
    void keepAliveIsKeptWithinItsLimitsAndTheVehicleTold() {
        var asked = new Connecting(Protocol.MQTT_5);
        assertNull(accepted(asked).keepAliveS());
        asked.keepAliveS = 65_535;
        assertEquals(1_200, accepted(asked).keepAliveS());
        asked.keepAliveS = 0;
        assertEquals(1_200, accepted(asked).keepAliveS());
        asked.keepAliveS = 1;
        assertEquals(30, accepted(asked).keepAliveS());
    }

    @Test
    void sessionExpiryIsKeptWithinItsLimitAndTheVehicleTold() {
        var forEver = new Connecting(Protocol.MQTT_5).lasting();
        forEver.expiryS = 0xFFFF_FFFFL;
        assertEquals(7 * 24 * 3_600, accepted(forEver).sessionExpiryS());
        var three = new Connecting(Protocol.MQTT_3_1_1);
        assertEquals(0, accepted(three).sessionExpiryS());
        three.clean = false;
        assertEquals(7 * 24 * 3_600, accepted(three).sessionExpiryS());
    }

    @Test
    void whatBreaksARuleIsRefusedWithItsCode() {
        var zero = new Connecting(Protocol.MQTT_5);
        zero.receiveMaximum = 0;
        assertEquals(0x82, refused(zero));
        var nothing = new Connecting(Protocol.MQTT_5);
        nothing.maxPacketBytes = 0L;
        assertEquals(0x82, refused(nothing));
        var method = new Connecting(Protocol.MQTT_5);
        method.authenticationMethod = true;
        assertEquals(0x8C, refused(method));
        var other = new Connecting(Protocol.MQTT_5);
        other.clientId = "WDRV0TESTGATE9999";
        assertEquals(0x85, refused(other));
        other.protocol = Protocol.MQTT_3_1_1;
        assertEquals(0x02, refused(other));
        var retained = new Connecting(Protocol.MQTT_5);
        retained.will = new Input.Will(UpTopic.CAN.of(VIN), new byte[0], 1, true, 0, List.of());
        assertEquals(0x9A, refused(retained));
        var foreignWill = new Connecting(Protocol.MQTT_5).will(FOREIGN, 0);
        assertEquals(0x87, refused(foreignWill));
        foreignWill.protocol = Protocol.MQTT_3_1_1;
        assertEquals(0x05, refused(foreignWill));
        var full = new Connecting(Protocol.MQTT_3_1_1);
        full.objection = new Input.Objection(ConnectRefusal.QUOTA_EXCEEDED, "full");
        assertEquals(0x03, refused(full));
    }

    @Test
    void aLastingSessionIsWrittenBeforeTheFormerOneIsRemoved() {
        var back =
                new Connecting(Protocol.MQTT_5)
                        .resuming(
                                new Resumable(
                                        FORMER,
                                        false,
                                        List.of("commands"),
                                        List.of(),
                                        List.of(new VehicleSession.Received(5, 7))));
        List<Effect> effects = new LinkStand().step(back.input());
        assertTrue(only(effects, Effect.Accept.class).sessionPresent());
        VehicleSession copy = only(effects, Effect.Save.class).session();
        assertEquals(List.of("commands"), copy.filters());
        assertEquals(List.of(new VehicleSession.Received(5, 7)), copy.received());
        assertEquals(FORMER, copy.replaces());
        assertEquals(FORMER, only(effects, Effect.Forget.class).session());
        assertTrue(
                effects.indexOf(only(effects, Effect.Save.class))
                        < effects.indexOf(only(effects, Effect.Forget.class)));
        assertEquals(Set.of(DownTopic.COMMANDS), only(effects, Effect.Online.class).listens());
    }

    @Test
    void mqtt_3_1_2_4_aCleanStartForgetsTheFormerSession() {
        var clean = new Connecting(Protocol.MQTT_5).resuming(former(false));
        clean.clean = true;
        List<Effect> effects = new LinkStand().step(clean.input());
        assertFalse(only(effects, Effect.Accept.class).sessionPresent());
        assertEquals(FORMER, only(effects, Effect.Forget.class).session());
        assertEquals(List.of(), only(effects, Effect.Save.class).session().filters());
    }

    @Test
    void aSessionThatIsOverIsRemovedNotResumedAndItsWillStaysSilent() {
        var late = new Connecting(Protocol.MQTT_3_1_1).resuming(former(true));
        List<Effect> effects = new LinkStand().step(late.input());
        assertFalse(only(effects, Effect.Accept.class).sessionPresent());
        assertEquals(FORMER, only(effects, Effect.Forget.class).session());
        assertEquals(List.of(), all(effects, Effect.FireWill.class));
    }

    @Test
    void mqtt_4_4_0_1_unacknowledgedPublishesGoOutAgainWithTheirIdentifierAndDup() {
        var back =
                new Connecting(Protocol.MQTT_5)
                        .resuming(
                                new Resumable(
                                        FORMER,
                                        false,
                                        List.of("#"),
                                        List.of(
                                                unacknowledged(77, START.plusSeconds(10)),
                                                unacknowledged(78, START)),
                                        List.of()));
        LinkStand stand = new LinkStand();
        assertEquals(List.of(), all(stand.step(back.input()), Effect.Publish.class));
        List<Effect> effects = stand.step(new Input.Saved(1));
        assertEquals(
                List.of(new Effect.Publish(77, true, DownTopic.COMMANDS, "c77", "{}", 10)),
                all(effects, Effect.Publish.class),
                "what has expired does not go out again");
        assertEquals(
                new Effect.Report(DownTopic.COMMANDS, "c77", 1, FORMER, Outcome.DELIVERED),
                only(stand.step(new Input.PubAck(77, 0)), Effect.Report.class),
                "the report names the session that the dispatch named");
    }

    @Test
    void moreThanTheWindowIsResumedBitByBit() {
        var back =
                new Connecting(Protocol.MQTT_5)
                        .resuming(
                                new Resumable(
                                        FORMER,
                                        false,
                                        List.of("#"),
                                        List.of(
                                                unacknowledged(1, START.plusSeconds(10)),
                                                unacknowledged(2, START.plusSeconds(10))),
                                        List.of()));
        back.receiveMaximum = 1;
        LinkStand stand = new LinkStand();
        stand.step(back.input());
        assertEquals(1, only(stand.step(new Input.Saved(1)), Effect.Publish.class).packetId());
        assertEquals(2, only(stand.step(new Input.PubAck(1, 0)), Effect.Publish.class).packetId());
    }

    @Test
    void aRefusedFilterIsNotRemembered() {
        LinkStand stand = LinkStand.lasting(Protocol.MQTT_5);
        List<Effect> effects =
                stand.step(LinkStand.subscribe(3, DOWN + "commands", "v1/other/down/#"));
        assertEquals(List.of("commands"), only(effects, Effect.Save.class).session().filters());
    }

    @Test
    void closingBeforeConnectSaysNothing() {
        LinkStand stand = new LinkStand();
        assertEquals(List.of(), stand.step(new Input.Gone()));
        assertTrue(stand.link.closed());
    }

    @Test
    void takenOverItLeavesTheSessionToItsSuccessor() {
        LinkStand stand = LinkStand.lasting(Protocol.MQTT_5);
        List<Effect> effects = stand.step(new Input.End(CloseReason.TAKEN_OVER, "elsewhere"));
        assertEquals(List.of(), all(effects, Effect.Save.class));
        assertEquals(List.of(), all(effects, Effect.Forget.class));
    }

    private static Resumable former(boolean over) {
        return new Resumable(FORMER, over, List.of("#"), List.of(), List.of());
    }

    private static VehicleSession.Unacknowledged unacknowledged(int packetId, Instant expiresAt) {
        return new VehicleSession.Unacknowledged(
                packetId, DownTopic.COMMANDS, "c" + packetId, 1, FORMER, expiresAt, "{}");
    }

    private static Effect.Accept accepted(Connecting connecting) {
        return only(new LinkStand().step(connecting.input()), Effect.Accept.class);
    }

    private static int refused(Connecting connecting) {
        LinkStand stand = new LinkStand();
        List<Effect> effects = stand.step(connecting.input());
        assertEquals(2, effects.size(), effects::toString);
        assertEquals(new Effect.Hangup(), effects.getLast());
        assertTrue(stand.link.closed());
        return only(effects, Effect.Refuse.class).refusal().code(connecting.protocol);
    }
}
