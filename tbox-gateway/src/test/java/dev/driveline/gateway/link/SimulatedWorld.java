package dev.driveline.gateway.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.vehicle.VehicleSession;
import dev.driveline.gateway.session.Resumable;
import dev.driveline.gateway.session.SessionMemory;
import dev.driveline.gateway.session.SessionTable;
import dev.driveline.testkit.Draw;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One vehicle, three gateways, and Kafka between them. */
final class SimulatedWorld {

    private static final int GATEWAYS = 3;

    final Draw random;
    final List<Presence> presence = new ArrayList<>();
    final List<Written> sessions = new ArrayList<>();
    final Set<Integer> stored = new HashSet<>();
    private final Set<SessionId> firsts = new HashSet<>();
    private SessionId latestFirst;
    private boolean forked;
    private final List<Gateway> gateways = new ArrayList<>();
    private final SimulatedVehicle vehicle;
    long nowMs = LinkStand.START.toEpochMilli();
    private long ids = 100;
    private int downlinks;

    /** A record of vehicle.presence; online, or not any more. */
    record Presence(SessionId session, boolean online, Set<DownTopic> listens, long read) {}

    /** A record of vehicle.sessions; null for a tombstone. */
    record Written(SessionId key, VehicleSession record) {}

    SimulatedWorld(Draw random) {
        this.random = random;
        for (int slot = 0; slot < GATEWAYS; slot++) {
            gateways.add(new Gateway(slot));
        }
        this.vehicle = new SimulatedVehicle(this);
    }

    int acknowledged() {
        return vehicle.acknowledged;
    }

    int delivered() {
        return vehicle.received.size();
    }

    int resumptions() {
        return vehicle.resumptions;
    }

    int repeated() {
        return vehicle.dups;
    }

    void step() {
        nowMs += random.nextInt(50);
        Gateway gateway = random.oneOf(gateways);
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> gateway.writeOne();
            case 4, 5 -> gateway.readPresence();
            case 6, 7 -> gateway.readSessions();
            case 8, 9, 10 -> vehicle.act();
            case 11, 12 -> vehicle.takeOne();
            case 13 -> dispatch();
            case 14 -> {
                if (random.oneIn(6)) {
                    gateway.killAndStart();
                } else if (random.oneIn(4)) {
                    gateway.declareLost();
                }
            }
            default -> {
                if (random.oneIn(3)) {
                    vehicle.loseConnection();
                }
            }
        }
        gateways.forEach(Gateway::tick);
    }

    /** No more faults: everything comes to rest, and then everything must be right. */
    void settle() {
        vehicle.loseConnection();
        drain();
        vehicle.connect();
        for (int round = 0; round < 5; round++) {
            drain();
            vehicle.ping();
        }
        drain();
        Connection last = vehicle.connection;
        assertNotNull(last, "the vehicle stays connected");
        assertTrue(last.link.open());
        assertEquals(Set.of(), vehicle.unacknowledged(), "everything is acknowledged");
        Presence owner = presence.getLast();
        assertTrue(owner.online(), "what compaction keeps says ONLINE");
        assertEquals(last.id, owner.session(), "and names the vehicle's connection");
        if (vehicle.subscribed && !forked) {
            assertEquals(Set.of(DownTopic.values()), owner.listens(), "it listens as it was told");
        }
        for (Gateway gateway : gateways) {
            Resumable known = gateway.memory.find(LinkStand.VIN, now());
            assertEquals(
                    last.lasting ? last.id : null,
                    known == null ? null : known.session(),
                    "every gateway knows the session");
        }
        if (last.lasting && !forked) {
            vehicle.checkDelivered();
        }
    }

    Gateway someGateway() {
        return random.oneOf(gateways);
    }

    SessionId newSession() {
        return new SessionId(++ids);
    }

    Instant now() {
        return Instant.ofEpochMilli(nowMs);
    }

    /**
     * Whether two connections have each followed the same one without knowing of each other, as
     * they can within the lag of a reader. What only one of them held is then left to whoever
     * dispatched it.
     */
    boolean forked() {
        return forked;
    }

    private void write(Written written) {
        VehicleSession record = written.record();
        if (record != null && firsts.add(record.session())) {
            forked |= latestFirst != null && !latestFirst.equals(record.replaces());
            latestFirst = record.session();
        } else if (record != null && !record.session().equals(latestFirst)) {
            forked = true;
        }
        sessions.add(written);
    }

    /** Whether some session that stands in the log holds this publish. */
    boolean durable(int packetId, String id) {
        Set<SessionId> seen = new HashSet<>();
        for (int at = sessions.size() - 1; at >= 0; at--) {
            Written written = sessions.get(at);
            if (seen.add(written.key())
                    && written.record() != null
                    && written.record().unacknowledged().stream()
                            .anyMatch(
                                    each -> each.packetId() == packetId && each.id().equals(id))) {
                return true;
            }
        }
        return false;
    }

    private void dispatch() {
        for (int at = presence.size() - 1; at >= 0; at--) {
            Presence owner = presence.get(at);
            if (owner.online()) {
                String id = "d" + ++downlinks;
                Downlink downlink =
                        LinkStand.downlink(id, 1, owner.session(), now().plusSeconds(600));
                for (Gateway gateway : gateways) {
                    Connection connection = gateway.current;
                    if (connection != null && connection.id.equals(owner.session())) {
                        random.note("dispatch " + id + " to " + owner.session());
                        connection.step(new Input.Down(downlink));
                    }
                }
                return;
            }
        }
    }

    private void drain() {
        for (int round = 0; round < 60; round++) {
            for (Gateway gateway : gateways) {
                while (gateway.writeOne()) {
                    // until nothing waits
                }
                while (gateway.readSessions() || gateway.readPresence()) {
                    // until its end
                }
            }
            while (vehicle.takeOne()) {
                // until it has seen everything
            }
            vehicle.answerAll();
        }
    }

    /** One gateway slot; its memory is that of the run at hand. */
    final class Gateway {
        final int slot;
        RunId run;
        SessionMemory memory;
        Deque<Runnable> outbox;
        int presenceRead;
        int sessionsRead;
        Connection current;

        Gateway(int slot) {
            this.slot = slot;
            start();
        }

        private void start() {
            run = new RunId(++ids);
            memory = new SessionMemory(run, new SessionTable(1, vin -> 0));
            outbox = new ArrayDeque<>();
            sessionsRead = 0;
            current = null;
            while (readSessions()) {
                // to the end, before anybody connects
            }
            presenceRead = presence.size();
        }

        void killAndStart() {
            random.note("gateway " + slot + " dies, " + outbox.size() + " writes with it");
            if (current != null) {
                current.dead = true;
            }
            start();
        }

        /** Another one takes it for lost, rightly or not. */
        void declareLost() {
            if (presence.isEmpty() || !presence.getLast().online()) {
                return;
            }
            SessionId session = presence.getLast().session();
            random.note("session " + session + " is declared lost");
            presence.add(new Presence(session, false, Set.of(), 0));
            for (int at = sessions.size() - 1; at >= 0; at--) {
                Written written = sessions.get(at);
                if (written.key().equals(session)) {
                    VehicleSession record = written.record();
                    if (record != null && record.endedAt() == null && !record.run().equals(run)) {
                        write(
                                new Written(
                                        session,
                                        record.leftBy(run, slot, now(), record.will(), null)));
                    }
                    return;
                }
            }
        }

        boolean writeOne() {
            Runnable next = outbox.pollFirst();
            if (next != null) {
                next.run();
            }
            return next != null;
        }

        boolean readPresence() {
            if (presenceRead >= presence.size()) {
                return false;
            }
            Presence read = presence.get(presenceRead++);
            if (current != null && read.online()) {
                current.step(new Input.OnlineRead(presenceRead - 1L, read.session(), read.read()));
            } else if (current != null) {
                current.step(new Input.OfflineRead(presenceRead - 1L, read.session()));
            }
            return true;
        }

        boolean readSessions() {
            if (sessionsRead >= sessions.size()) {
                return false;
            }
            Written read = sessions.get(sessionsRead++);
            switch (memory.read(LinkStand.VIN, read.key(), read.record())) {
                case SessionMemory.Reading.Nothing _ -> {}
                case SessionMemory.Reading.WrittenElsewhere elsewhere -> {
                    if (current != null && current.id.equals(elsewhere.session())) {
                        current.step(new Input.DeclaredLost());
                    }
                }
                case SessionMemory.Reading.CaughtUp caughtUp -> {
                    if (current != null && current.id.equals(caughtUp.session())) {
                        current.step(new Input.CaughtUp(caughtUp.left()));
                    }
                }
            }
            return true;
        }

        void tick() {
            if (current != null) {
                current.step(new Input.Tick());
            }
        }
    }

    /** One connection of the vehicle: the gateway's link, and the packets under way. */
    final class Connection {
        final Gateway gateway;
        final SessionId id = newSession();
        final Link link;
        final Deque<Effect> toVehicle = new ArrayDeque<>();
        final boolean lasting;
        boolean dead;
        boolean hungUp;
        private int online;
        private int offline;

        Connection(Gateway gateway, boolean lasting) {
            this.gateway = gateway;
            this.lasting = lasting;
            this.link = new Link(LinkStand.LIMITS, gateway.run, gateway.slot);
        }

        void step(Input input) {
            if (dead) {
                return;
            }
            List<Effect> effects = new ArrayList<>();
            link.step(nowMs, input, effects);
            effects.forEach(this::run);
            assertTrue(offline <= 1 && (offline == 0 || online > 0), "one OFFLINE at most");
        }

        private void run(Effect effect) {
            random.note(id + " " + effect);
            switch (effect) {
                case Effect.Accept accept -> {
                    Connection former = gateway.current;
                    gateway.current = this;
                    toVehicle.add(accept);
                    if (former != null) {
                        former.step(new Input.End(CloseReason.TAKEN_OVER, "again"));
                    }
                }
                case Effect.PubAck _,
                        Effect.PubRec _,
                        Effect.PubRel _,
                        Effect.PubComp _,
                        Effect.SubAck _,
                        Effect.UnsubAck _,
                        Effect.PingResp _,
                        Effect.Refuse _,
                        Effect.Disconnect _ ->
                        toVehicle.add(effect);
                case Effect.Publish publish -> {
                    assertTrue(
                            !lasting || durable(publish.packetId(), publish.id()),
                            "no PUBLISH before the session's record holds it");
                    vehicle.publishing(publish);
                    toVehicle.add(publish);
                }
                case Effect.Hangup _ -> hungUp = true;
                case Effect.Forward forward ->
                        gateway.outbox.add(() -> {
                            stored.add(ByteBuffer.wrap(forward.publish().payload()).getInt());
                            if (forward.ticket() != null) {
                                step(new Input.Stored(forward.ticket()));
                            }
                        });
                case Effect.Online announced -> {
                    online++;
                    gateway.outbox.add(() -> {
                        if (!link.closed()) {
                            presence.add(
                                    new Presence(
                                            id, true, announced.listens(), announced.readOffset()));
                        }
                    });
                }
                case Effect.Offline _ -> {
                    offline++;
                    if (gateway.current == this) {
                        gateway.current = null;
                    }
                    gateway.outbox.add(() -> presence.add(new Presence(id, false, Set.of(), 0)));
                }
                case Effect.Save save -> {
                    gateway.memory.writing(LinkStand.VIN, save.session(), save.version() == 1);
                    gateway.outbox.add(() -> {
                        write(new Written(id, save.session()));
                        step(new Input.Saved(save.version()));
                    });
                }
                case Effect.Forget forget -> {
                    gateway.memory.removing(LinkStand.VIN, forget.session());
                    gateway.outbox.add(() -> write(new Written(forget.session(), null)));
                }
                case Effect.Reject _,
                        Effect.Report _,
                        Effect.FireWill _,
                        Effect.Read _,
                        Effect.Event _,
                        Effect.Quarantine _,
                        Effect.RefusedSubscribe _ -> {}
            }
        }
    }
}
