package dev.driveline.gateway.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.driveline.contract.id.SessionId;
import dev.driveline.testkit.Draw;
import dev.driveline.testkit.Trials;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Sessions of one vehicle on several gateways, one log that each reads at its own pace. */
class OwnershipSimulationTest {

    @Test
    void oneSessionRemains() {
        Trials.of(8).run(5_000, random -> new World(random, 2 + random.nextInt(2)).run());
    }

    private record Online(SessionId session, long readOffset) {}

    /** A gateway's link: what a link does with {@link Ownership}, with a network between. */
    private static final class Session {
        final SessionId id;
        final Ownership ownership;
        final Deque<Online> onTheWay = new ArrayDeque<>();
        int read;
        boolean concurrent;
        boolean closed;

        Session(SessionId id, int read) {
            this.id = id;
            this.ownership = new Ownership(id, read);
            this.read = read;
            announce();
        }

        void announce() {
            onTheWay.addLast(new Online(id, ownership.readOffset()));
        }

        /** An ONLINE of a closed link that was not sent yet is not written. */
        void write(List<Online> log) {
            if (!onTheWay.isEmpty()) {
                log.add(onTheWay.removeFirst());
            }
        }

        void readOne(List<Online> log) {
            if (closed || read >= log.size()) {
                return;
            }
            Online online = log.get(read);
            switch (ownership.read(read++, online.session(), online.readOffset())) {
                case OURS -> {}
                case OVERTAKEN -> closed = true;
                case CONCURRENT -> concurrent = true;
            }
        }

        void hear() {
            if (!closed && concurrent) {
                concurrent = false;
                announce();
            }
        }
    }

    private static final class World {
        private final Draw random;
        private final List<Online> log = new ArrayList<>();
        private final List<Session> sessions = new ArrayList<>();
        private final int most;

        World(Draw random, int most) {
            this.random = random;
            this.most = most;
        }

        void run() {
            for (int step = 0; step < 60; step++) {
                step();
                assertFalse(!sessions.isEmpty() && live().isEmpty(), "every session has closed");
            }
            while (sessions.size() < most) {
                connect();
            }
            for (int round = 0; round < 10; round++) {
                sessions.forEach(this::writeAll);
                sessions.forEach(this::readAll);
                assertFalse(live().isEmpty(), "every session has closed");
                random.oneOf(live()).hear();
            }
            sessions.forEach(this::writeAll);
            sessions.forEach(this::readAll);
            assertEquals(1, live().size(), "sessions that remain");
        }

        private void step() {
            if (sessions.isEmpty() || (sessions.size() < most && random.oneIn(6))) {
                connect();
                return;
            }
            Session session = random.oneOf(sessions);
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    random.note(session.id + " reads " + session.read);
                    session.readOne(log);
                }
                case 2 -> {
                    random.note(session.id + " writes at " + log.size());
                    session.write(log);
                }
                case 3 -> {
                    random.note(session.id + " hears");
                    session.hear();
                }
                default -> {
                    if (!session.closed && random.oneIn(4)) {
                        random.note(session.id + " subscribes");
                        session.announce();
                    }
                }
            }
        }

        private void connect() {
            int read = random.nextBoolean() ? 0 : random.nextInt(log.size() + 1);
            SessionId id = new SessionId(sessions.size() + 1L);
            random.note(id + " connects, has read " + read);
            sessions.add(new Session(id, read));
        }

        private void writeAll(Session session) {
            while (!session.onTheWay.isEmpty()) {
                session.write(log);
            }
        }

        private void readAll(Session session) {
            while (!session.closed && session.read < log.size()) {
                session.readOne(log);
            }
        }

        private List<Session> live() {
            Predicate<Session> closed = session -> session.closed;
            return sessions.stream().filter(closed.negate()).toList();
        }
    }
}
