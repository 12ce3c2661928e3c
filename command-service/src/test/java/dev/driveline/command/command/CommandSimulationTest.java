package dev.driveline.command.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.command.CommandResponse.Step;
import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.gateway.DownlinkReport.Outcome;
import dev.driveline.contract.id.SessionId;
import dev.driveline.testkit.Draw;
import dev.driveline.testkit.Trials;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * One command, a vehicle that comes and goes, reports and answers that are lost, late, doubled and
 * out of order. The model knows what really happened; the machine must never say otherwise.
 */
class CommandSimulationTest {

    private static final int STEPS = 60;

    @Test
    void neverSaysCertainlyNotOfWhatWasExecuted() {
        Trials.of(20260501).run(2_000, random -> new World(random).run());
    }

    private static final class World {

        private final Draw random;
        private final Instant start = Instant.parse("2026-05-01T12:00:00Z");
        private final Instant expires = start.plusSeconds(30);
        private final List<Input> inTransit = new ArrayList<>();
        private Instant now = start;
        private Command command;
        private long session;
        private boolean executed;
        private int finals;

        World(Draw random) {
            this.random = random;
            this.command = Command.accepted(expires, expires.plusSeconds(20));
        }

        void run() {
            apply(new Input.Enqueue());
            for (int i = 0; i < STEPS; i++) {
                happen();
                check();
            }
            now = start.plusSeconds(120);
            apply(new Input.Tick());
            assertTrue(command.state().terminal(), "it ends: " + command);
            inTransit.forEach(this::apply);
            check();
        }

        private void happen() {
            switch (random.nextInt(7)) {
                case 0 -> now = now.plusMillis(random.nextInt(4_000));
                case 1 -> apply(new Input.Tick());
                case 2 -> session += random.nextInt(2);
                case 3, 4 -> dispatch();
                case 5 -> deliverSomething();
                default -> {
                    if (random.oneIn(10)) {
                        apply(new Input.Cancel());
                    }
                }
            }
        }

        private void dispatch() {
            if (!CommandMachine.dispatchable(command, now)) {
                return;
            }
            SessionId to = new SessionId(session);
            apply(new Input.Dispatched(to));
            int attempt = command.dispatchTo(to).orElseThrow().attempts();
            switch (random.nextInt(4)) {
                case 0 ->
                        inTransit.add(
                                new Input.Reported(
                                        to,
                                        attempt,
                                        random.oneOf(
                                                List.of(
                                                        Outcome.NOT_HERE,
                                                        Outcome.BUSY,
                                                        Outcome.NOT_LISTENING))));
                case 1 -> {}
                default -> vehicle(to, attempt);
            }
        }

        /** The vehicle gets it, and acts if it may; whatever it says can be lost on the way. */
        private void vehicle(SessionId to, int attempt) {
            say(new Input.Reported(to, attempt, Outcome.SENT));
            say(new Input.Reported(to, attempt, Outcome.DELIVERED));
            if (!executed && now.isBefore(expires)) {
                executed = true;
                say(new Input.Responded(Step.ACKNOWLEDGED, null, null));
                say(new Input.Responded(Step.EXECUTING, null, null));
            }
            if (executed) {
                say(new Input.Responded(Step.SUCCEEDED, null, null));
            }
        }

        private void say(Input input) {
            if (!random.oneIn(3)) {
                inTransit.add(input);
            }
        }

        private void deliverSomething() {
            if (!inTransit.isEmpty()) {
                int which = random.nextInt(inTransit.size());
                apply(random.oneIn(4) ? inTransit.get(which) : inTransit.remove(which));
            }
        }

        private void apply(Input input) {
            Command before = command;
            command = CommandMachine.step(command, input, now);
            random.note(input + " → " + command.state());
            if (before.state().isFinal()) {
                assertEquals(before, command, "a final state is never left");
            }
            if (!before.state().isFinal() && command.state().isFinal()) {
                finals++;
            }
        }

        private void check() {
            if (command.state() == CommandState.EXPIRED
                    || command.state() == CommandState.CANCELLED) {
                assertFalse(executed, command.state() + " means certainly not executed");
            }
            if (command.state() == CommandState.SUCCEEDED) {
                assertTrue(executed, "no success without an execution");
            }
            assertTrue(finals <= 1, "exactly one final state");
        }
    }
}
