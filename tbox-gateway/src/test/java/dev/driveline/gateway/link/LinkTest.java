package dev.driveline.gateway.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.gateway.acl.TopicAcl;
import dev.driveline.gateway.link.Link.Incoming;
import dev.driveline.gateway.link.Link.Outgoing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LinkTest {

    private static final Vin VIN = Vin.of("WDRV0TESTGATE1000");
    private static final String CAN = UpTopic.CAN.of(VIN);
    private static final String UNKNOWN = UpTopic.prefix(VIN) + "nonsense";
    private static final String FOREIGN = "v1/WDRV0TESTGATE9999/up/can";
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final Instant LATER = NOW.plusSeconds(60);
    private static final int UNLIMITED = 65_535;

    private final List<String> acks = new ArrayList<>();
    private final Link link = new Link(Limits.STATED, new TopicAcl(VIN), true, UNLIMITED);
    private final Link three = new Link(Limits.STATED, new TopicAcl(VIN), false, UNLIMITED);

    private final Link.Acknowledger acknowledger =
            new Link.Acknowledger() {
                @Override
                public void puback(int packetId) {
                    acks.add("PUBACK " + packetId);
                }

                @Override
                public void pubrec(int packetId) {
                    acks.add("PUBREC " + packetId);
                }
            };

    @Test
    void qos0IsForwardedWithoutATicket() {
        Incoming.Forward forward = forwarded(link.publish(-1, 0, false, CAN, null, 10));
        assertEquals(UpTopic.CAN, forward.topic());
        assertNull(forward.ticket());
        assertEquals(0, link.waiting());
    }

    @Test
    void everyUpTopicIsForwardedAsItself() {
        for (UpTopic topic : UpTopic.values()) {
            assertEquals(
                    topic, forwarded(link.publish(-1, 0, false, topic.of(VIN), null, 1)).topic());
        }
    }

    @Test
    void nothingIsAcknowledgedBeforeItIsStored() {
        Ticket first = ticket(1, 1);
        Ticket second = ticket(2, 1);
        assertEquals(List.of(), acks);
        link.stored(second, acknowledger);
        assertEquals(List.of(), acks);
        link.stored(first, acknowledger);
        assertEquals(List.of("PUBACK 1", "PUBACK 2"), acks);
        assertEquals(0, link.waiting());
    }

    @Test
    void qos1And2AreAcknowledgedInOneOrder() {
        Ticket one = ticket(1, 2);
        Ticket two = ticket(2, 1);
        Ticket three = ticket(3, 2);
        link.stored(three, acknowledger);
        link.stored(one, acknowledger);
        assertEquals(List.of("PUBREC 1"), acks);
        link.stored(two, acknowledger);
        assertEquals(List.of("PUBREC 1", "PUBACK 2", "PUBREC 3"), acks);
    }

    @Test
    void aQos2PacketIsForwardedOnceUntilReleased() {
        Ticket ticket = ticket(7, 2);
        assertInstanceOf(Incoming.Repeated.class, link.publish(7, 2, false, CAN, null, 1));
        assertFalse(link.owesPubrec(7), "its first PUBREC is still to come");
        link.stored(ticket, acknowledger);
        assertInstanceOf(Incoming.Repeated.class, link.publish(7, 2, false, CAN, null, 1));
        assertTrue(link.owesPubrec(7));
        link.released(7);
        assertFalse(link.owesPubrec(7));
        assertInstanceOf(Incoming.Forward.class, link.publish(7, 2, false, CAN, null, 1));
    }

    @Test
    void aReleaseOfAnUnknownPacketDoesNothing() {
        link.released(9);
        assertFalse(link.owesPubrec(9));
    }

    @Test
    void aFullWindowOfPacketsIsReadAndOneMoreIsNot() {
        Ticket first = ticket(1, 1);
        for (int id = 2; id <= Limits.STATED.windowPackets(); id++) {
            ticket(id, 1);
        }
        assertTrue(link.mayRead(), "16 packets are within the window");
        ticket(17, 1);
        assertFalse(link.mayRead());
        link.stored(first, acknowledger);
        assertTrue(link.mayRead());
    }

    @Test
    void aFullWindowOfBytesIsReadAndOneMoreIsNot() {
        Ticket first = forwarded(link.publish(1, 1, false, CAN, null, 64 * 1024)).ticket();
        link.publish(2, 1, false, CAN, null, 64 * 1024);
        assertTrue(link.mayRead(), "128 KiB are within the window");
        link.publish(3, 2, false, CAN, null, 1);
        assertFalse(link.mayRead());
        link.stored(first, acknowledger);
        assertTrue(link.mayRead());
    }

    @Test
    void qos0DoesNotFillTheWindow() {
        for (int i = 0; i < 1_000; i++) {
            link.publish(-1, 0, false, CAN, null, 80 * 1024);
        }
        assertTrue(link.mayRead());
    }

    @Test
    void anAliasStandsForTheTopicThatSetIt() {
        assertInstanceOf(Incoming.Forward.class, link.publish(1, 1, false, CAN, 16, 1));
        assertEquals(UpTopic.CAN, forwarded(link.publish(2, 1, false, "", 16, 1)).topic());
        link.publish(3, 1, false, UpTopic.EVENTS.of(VIN), 16, 1);
        assertEquals(UpTopic.EVENTS, forwarded(link.publish(4, 1, false, "", 16, 1)).topic());
    }

    @Test
    void anAliasOfAForeignTopicIsRefusedWhereverItIsUsed() {
        assertInstanceOf(Incoming.Refused.class, link.publish(1, 1, false, FOREIGN, 1, 1));
        Incoming.Refused refused =
                assertInstanceOf(Incoming.Refused.class, link.publish(2, 1, false, "", 1, 1));
        assertEquals(FOREIGN, refused.topicName());
        assertNull(refused.ticket());
    }

    @Test
    void wrongAliasesClose() {
        assertEquals(CloseReason.TOPIC_ALIAS_INVALID, closed(link, CAN, 0));
        assertEquals(CloseReason.TOPIC_ALIAS_INVALID, closed(link, CAN, 17));
        assertEquals(CloseReason.PROTOCOL_ERROR, closed(link, "", 5));
        assertEquals(CloseReason.PROTOCOL_ERROR, closed(link, "", null));
        assertEquals(CloseReason.PROTOCOL_ERROR, closed(three, "", null));
    }

    @Test
    void retainClosesMqtt5Only() {
        Incoming.Close close =
                assertInstanceOf(Incoming.Close.class, link.publish(1, 1, true, CAN, null, 1));
        assertEquals(CloseReason.RETAIN_NOT_SUPPORTED, close.reason());
        assertInstanceOf(Incoming.Forward.class, three.publish(1, 1, true, CAN, null, 1));
    }

    @Test
    void mqtt5IsToldAtOnceThatAPublishIsRefused() {
        for (String topic : List.of(UNKNOWN, FOREIGN)) {
            Incoming.Refused refused =
                    assertInstanceOf(
                            Incoming.Refused.class, link.publish(1, 2, false, topic, null, 1));
            assertEquals(topic, refused.topicName());
            assertNull(refused.ticket());
        }
        assertEquals(0, link.waiting());
        assertInstanceOf(
                Incoming.Forward.class,
                link.publish(1, 2, false, CAN, null, 1),
                "a refused packet id is free");
    }

    @Test
    void mqtt311GetsItsOwnUnknownTopicAcknowledgedOnceRecorded() {
        Incoming.Refused refused =
                assertInstanceOf(
                        Incoming.Refused.class, three.publish(4, 1, false, UNKNOWN, null, 1));
        three.stored(refused.ticket(), acknowledger);
        assertEquals(List.of("PUBACK 4"), acks);
        Incoming.Refused unanswered =
                assertInstanceOf(
                        Incoming.Refused.class, three.publish(-1, 0, false, UNKNOWN, null, 1));
        assertNull(unanswered.ticket());
    }

    @Test
    void mqtt311ClosesForAForeignTopic() {
        assertEquals(CloseReason.FOREIGN_TOPIC, closed(three, FOREIGN, null));
    }

    @Test
    void subscriptionsAreGrantedBelowItsOwnDownOnly() {
        assertTrue(link.subscribe(DownTopic.COMMANDS.of(VIN)));
        assertFalse(link.subscribe("#"));
        assertEquals(Set.of(DownTopic.COMMANDS), link.listens());
        assertTrue(link.subscribe(DownTopic.prefix(VIN) + "#"));
        assertEquals(Set.of(DownTopic.values()), link.listens());
        assertTrue(link.unsubscribe(DownTopic.prefix(VIN) + "#"));
        assertEquals(Set.of(DownTopic.COMMANDS), link.listens());
        assertTrue(link.unsubscribe(DownTopic.COMMANDS.of(VIN)));
        assertFalse(link.unsubscribe(DownTopic.COMMANDS.of(VIN)));
        assertEquals(Set.of(), link.listens());
    }

    @Test
    void subscriptionsHaveALimitAndARepeatedOneIsNoMore() {
        Limits limits = new Limits(16, 1024, 16, 16, 1);
        Link narrow = new Link(limits, new TopicAcl(VIN), true, UNLIMITED);
        assertTrue(narrow.subscribe(DownTopic.COMMANDS.of(VIN)));
        assertTrue(narrow.subscribe(DownTopic.COMMANDS.of(VIN)));
        assertFalse(narrow.subscribe(DownTopic.CONFIG.of(VIN)));
    }

    @Test
    void aDownlinkComesBackWithItsAcknowledgement() {
        link.subscribe(DownTopic.COMMANDS.of(VIN));
        Link.Sent sent = sent("c-1");
        int packetId = send(link, sent);
        assertTrue(link.awaitsAcknowledgement(DownTopic.COMMANDS, "c-1"));
        assertFalse(link.awaitsAcknowledgement(DownTopic.CONFIG, "c-1"));
        assertFalse(link.awaitsAcknowledgement(DownTopic.COMMANDS, "c-2"));
        assertEquals(sent, link.acknowledged(packetId));
        assertNull(link.acknowledged(packetId), "acknowledged twice");
        assertFalse(link.awaitsAcknowledgement(DownTopic.COMMANDS, "c-1"));
    }

    @Test
    void aDownlinkThatCannotGoSaysWhy() {
        assertInstanceOf(Outgoing.NotListening.class, link.down(sent("c"), LATER, NOW));
        link.subscribe(DownTopic.CONFIG.of(VIN));
        assertInstanceOf(Outgoing.NotListening.class, link.down(sent("c"), LATER, NOW));
        link.subscribe(DownTopic.COMMANDS.of(VIN));
        assertInstanceOf(Outgoing.TooLate.class, link.down(sent("c"), NOW, NOW));
        assertInstanceOf(Outgoing.TooLate.class, link.down(sent("c"), NOW, LATER));
    }

    @Test
    void theDownWindowIsTheSmallerOfBothSides() {
        assertEquals(16, windowOf(UNLIMITED));
        assertEquals(3, windowOf(3));
    }

    @Test
    void packetIdsWrapAroundAndSkipThoseInFlight() {
        link.subscribe(DownTopic.COMMANDS.of(VIN));
        int held = send(link, sent("held"));
        assertEquals(1, held);
        for (int expected = 2; expected <= 65_535; expected++) {
            int id = send(link, sent("c" + expected));
            assertEquals(expected, id);
            link.acknowledged(id);
        }
        int wrapped = send(link, sent("next"));
        assertEquals(2, wrapped, "1 is still in flight");
        assertNotEquals(held, wrapped);
        assertEquals("held", link.acknowledged(held).id());
    }

    private static int windowOf(int receiveMaximum) {
        Link narrow = new Link(Limits.STATED, new TopicAcl(VIN), true, receiveMaximum);
        narrow.subscribe(DownTopic.COMMANDS.of(VIN));
        int sent = 0;
        while (narrow.down(sent("c" + sent), LATER, NOW) instanceof Outgoing.Send) {
            sent++;
        }
        assertInstanceOf(Outgoing.Busy.class, narrow.down(sent("more"), LATER, NOW));
        narrow.acknowledged(1);
        assertInstanceOf(Outgoing.Send.class, narrow.down(sent("more"), LATER, NOW));
        return sent;
    }

    private static Link.Sent sent(String id) {
        return new Link.Sent(DownTopic.COMMANDS, id, 1);
    }

    private static int send(Link link, Link.Sent sent) {
        return assertInstanceOf(Outgoing.Send.class, link.down(sent, LATER, NOW)).packetId();
    }

    private Ticket ticket(int packetId, int qos) {
        return forwarded(link.publish(packetId, qos, false, CAN, null, 1)).ticket();
    }

    private static Incoming.Forward forwarded(Incoming incoming) {
        return assertInstanceOf(Incoming.Forward.class, incoming);
    }

    private static CloseReason closed(Link link, String topic, Integer alias) {
        return assertInstanceOf(Incoming.Close.class, link.publish(1, 1, false, topic, alias, 1))
                .reason();
    }
}
