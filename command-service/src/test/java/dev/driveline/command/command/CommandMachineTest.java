package dev.driveline.command.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.command.CommandResponse.Step;
import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.gateway.DownlinkReport.Outcome;
import dev.driveline.contract.id.SessionId;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CommandMachineTest {

    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final Instant EXPIRES = NOW.plusSeconds(30);
    private static final Instant RESULT_BY = EXPIRES.plusSeconds(20);
    private static final SessionId FIRST = new SessionId(1);
    private static final SessionId SECOND = new SessionId(2);

    private final Command queued = step(Command.accepted(EXPIRES, RESULT_BY), new Input.Enqueue());
    private final Command dispatched = step(queued, new Input.Dispatched(FIRST));

    @Test
    void theWholeWay() {
        Command command = dispatched;
        assertEquals(CommandState.DISPATCHED, command.state());
        command = step(command, new Input.Reported(FIRST, 1, Outcome.SENT));
        assertEquals(CommandState.SENT, command.state());
        command = step(command, new Input.Reported(FIRST, 1, Outcome.DELIVERED));
        assertEquals(CommandState.DELIVERED, command.state());
        command = step(command, new Input.Responded(Step.ACKNOWLEDGED, null, null));
        command = step(command, new Input.Responded(Step.EXECUTING, null, null));
        assertEquals(CommandState.EXECUTING, command.state());
        command = step(command, new Input.Responded(Step.SUCCEEDED, null, Map.of("locked", true)));
        assertEquals(CommandState.SUCCEEDED, command.state());
        assertEquals(Map.of("locked", true), command.result());
        assertFalse(command.late());
    }

    @Test
    void stepsOnlyGoForward() {
        Command acknowledged = step(dispatched, new Input.Responded(Step.ACKNOWLEDGED, null, null));
        assertEquals(
                CommandState.ACKNOWLEDGED,
                step(acknowledged, new Input.Reported(FIRST, 1, Outcome.SENT)).state());
        assertEquals(
                CommandState.ACKNOWLEDGED,
                step(acknowledged, new Input.Reported(FIRST, 1, Outcome.DELIVERED)).state());
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"NOT_HERE", "NOT_LISTENING", "BUSY", "TOO_LATE"})
    void whatWasNotDeliveredWaitsAgain(Outcome outcome) {
        Command back = step(dispatched, new Input.Reported(FIRST, 1, outcome));
        assertEquals(CommandState.QUEUED, back.state());
        assertTrue(CommandMachine.cancellable(back));
        assertEquals(
                CommandState.EXPIRED, CommandMachine.step(back, new Input.Tick(), EXPIRES).state());
    }

    @Test
    void anOpenDispatchKeepsItFromExpiringForCertain() {
        Command twice =
                step(
                        step(dispatched, new Input.Dispatched(SECOND)),
                        new Input.Reported(FIRST, 1, Outcome.NOT_HERE));
        assertEquals(CommandState.DISPATCHED, twice.state());
        assertSame(twice, CommandMachine.step(twice, new Input.Tick(), EXPIRES));
        assertEquals(
                CommandState.OUTCOME_UNKNOWN,
                CommandMachine.step(twice, new Input.Tick(), RESULT_BY).state());
    }

    @Test
    void aDispatchSentAgainIsOpenAgain() {
        Command refused = step(dispatched, new Input.Reported(FIRST, 1, Outcome.BUSY));
        Command again = step(refused, new Input.Dispatched(FIRST));
        assertEquals(CommandState.DISPATCHED, again.state());
        assertTrue(again.possiblyDelivered());
        assertEquals(1, again.dispatches().size());
    }

    @Test
    void whatNeverLeftExpiresOrIsCancelled() {
        assertEquals(
                CommandState.EXPIRED,
                CommandMachine.step(queued, new Input.Tick(), EXPIRES).state());
        assertEquals(CommandState.CANCELLED, step(queued, new Input.Cancel()).state());
        assertEquals(CommandState.DISPATCHED, step(dispatched, new Input.Cancel()).state());
    }

    @Test
    void aLateResultSettlesAnUnknownOutcomeOnce() {
        Command unknown = CommandMachine.step(dispatched, new Input.Tick(), RESULT_BY);
        assertEquals(
                CommandState.OUTCOME_UNKNOWN,
                step(unknown, new Input.Responded(Step.EXECUTING, null, null)).state());
        Command failed = step(unknown, new Input.Responded(Step.FAILED, "ACTUATOR_FAILED", null));
        assertEquals(CommandState.FAILED, failed.state());
        assertTrue(failed.late());
        assertEquals(failed, step(failed, new Input.Responded(Step.SUCCEEDED, null, null)));
    }

    @Test
    void anUnfinishedJournalEntryIsAnUnknownOutcome() {
        assertEquals(
                CommandState.OUTCOME_UNKNOWN,
                step(dispatched, new Input.Responded(Step.UNKNOWN, null, null)).state());
    }

    @Test
    void anAnswerToWhatNeverWentOutIsNone() {
        assertEquals(queued, step(queued, new Input.Responded(Step.SUCCEEDED, null, null)));
    }

    @Test
    void nothingIsDispatchedAfterItsExpiry() {
        assertTrue(CommandMachine.dispatchable(queued, EXPIRES.minusMillis(1)));
        assertFalse(CommandMachine.dispatchable(queued, EXPIRES));
    }

    private static Command step(Command command, Input input) {
        return CommandMachine.step(command, input, NOW);
    }
}
