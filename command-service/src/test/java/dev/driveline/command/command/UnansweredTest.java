package dev.driveline.command.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.testkit.TestClock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class UnansweredTest {

    private static final RunId RUN = new RunId(1);
    private static final RunId OTHER = new RunId(2);

    private final TestClock clock = TestClock.at(Instant.parse("2026-05-01T12:00:00Z"));
    private final Unanswered unanswered = new Unanswered(clock);

    @Test
    void aFifthIsKeptForWhomSomebodyWaits() {
        assertEquals(new Unanswered.Room(500, 400), unanswered.room(RUN));
        send(400);
        assertEquals(new Unanswered.Room(100, 0), unanswered.room(RUN));
        send(100);
        assertEquals(new Unanswered.Room(0, 0), unanswered.room(RUN));
        assertEquals(new Unanswered.Room(500, 400), unanswered.room(OTHER));
    }

    @Test
    void anAnswerMakesRoomAndSoDoesItsTime() {
        send(500);
        unanswered.answered(downlink(7));
        unanswered.answered(downlink(7));
        assertEquals(1, unanswered.room(RUN).all());
        clock.advance(StoredCommand.ATTEMPT_LIMIT);
        assertEquals(500, unanswered.room(RUN).all());
    }

    private void send(int count) {
        int before = 500 - unanswered.room(RUN).all();
        for (int i = before; i < before + count; i++) {
            unanswered.sent(downlink(i), RUN);
        }
    }

    private static Unanswered.Downlink downlink(int number) {
        return new Unanswered.Downlink(CommandId.of(number, 0, 0), new SessionId(1), 1);
    }
}
