package dev.driveline.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.command.command.Command;
import dev.driveline.command.command.Effect;
import dev.driveline.command.command.Input;
import dev.driveline.command.command.Kind;
import dev.driveline.command.command.LineInput;
import dev.driveline.command.command.StoredCommand;
import dev.driveline.contract.command.CommandResponse.Step;
import dev.driveline.contract.command.CommandState;
import dev.driveline.contract.gateway.DownlinkReport.Outcome;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.vehicle.Presence;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TurnTest {

    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final Vin VIN = Vin.of("WDRV0TESTCMND0001");
    private static final SessionId SESSION = new SessionId(1);

    @Test
    void aCommandIsWrittenOnceAndToldOfAtEachStep() {
        StoredCommand fresh = command(1);
        Turn turn = new Turn(VIN, List.of(), NOW);
        turn.step(new LineInput.Accepted(fresh, new Input.Enqueue()), Actor.PLATFORM);
        assertTrue(turn.waits());
        turn.step(look(), Actor.PLATFORM);
        assertEquals(
                List.of(CommandState.ACCEPTED, CommandState.QUEUED, CommandState.DISPATCHED),
                turn.told().stream().map(told -> told.command().command().state()).toList());
        assertEquals(List.of(turn.find(fresh.id()).orElseThrow()), turn.changed());
        assertEquals(CommandState.DISPATCHED, turn.changed().getFirst().command().state());
        assertTrue(turn.fresh(fresh.id()));
        assertEquals(List.of(fresh.id()), turn.toldOf());
        assertTrue(turn.leaving().getFirst() instanceof Effect.Published);
        assertTrue(turn.looked());
        assertFalse(turn.waits());
        assertFalse(turn.ended());
    }

    @Test
    void whatEndsIsWrittenBeforeWhatTakesItsPlaceInFlight() {
        Turn before = new Turn(VIN, List.of(), NOW);
        before.step(new LineInput.Accepted(command(1), new Input.Enqueue()), Actor.PLATFORM);
        before.step(new LineInput.Accepted(command(2), new Input.Enqueue()), Actor.PLATFORM);
        before.step(look(), Actor.PLATFORM);
        List<StoredCommand> rows = before.changed();
        assertEquals(List.of(false, true), rows.stream().map(TurnTest::inFlight).toList());

        Turn turn = new Turn(VIN, rows, NOW.plusSeconds(1));
        happened(turn, 1, new Input.Reported(SESSION, 1, Outcome.SENT));
        assertFalse(turn.ended());
        happened(turn, 1, new Input.Responded(Step.SUCCEEDED, null, null));
        assertTrue(turn.ended());
        assertTrue(turn.waits());
        turn.step(look(), Actor.PLATFORM);
        assertEquals(
                List.of(CommandState.SUCCEEDED, CommandState.DISPATCHED),
                turn.changed().stream().map(stored -> stored.command().state()).toList());
        assertEquals(List.of(id(2)), turn.open().stream().map(StoredCommand::id).toList());
        assertFalse(turn.fresh(id(1)));
    }

    @Test
    void aStepOfAnothersCommandDoesNothing() {
        Turn turn = new Turn(VIN, List.of(command(1)), NOW);
        happened(turn, 7, new Input.Responded(Step.SUCCEEDED, null, null));
        assertEquals(List.of(), turn.changed());
        assertEquals(List.of(), turn.told());
    }

    @Test
    void whatNobodyIsSureToHearOfIsLookedAt() {
        Turn accepted = new Turn(VIN, List.of(), NOW);
        accepted.step(new LineInput.Accepted(command(1), new Input.Enqueue()), Actor.PLATFORM);
        assertTrue(accepted.leftUnseen());
        accepted.follow();
        assertFalse(accepted.leftUnseen());

        accepted.step(new LineInput.Accepted(command(2), new Input.Enqueue()), Actor.PLATFORM);
        Turn cancelled = new Turn(VIN, accepted.changed(), NOW);
        assertFalse(cancelled.leftUnseen(), "nothing has happened");
        happened(cancelled, 1, new Input.Cancel());
        assertTrue(cancelled.leftUnseen(), "the second may be next");
        cancelled.step(look(), Actor.PLATFORM);
        assertFalse(cancelled.leftUnseen());
    }

    private static void happened(Turn turn, int number, Input input) {
        turn.step(new LineInput.Happened(id(number), input), Actor.VEHICLE);
    }

    private static boolean inFlight(StoredCommand stored) {
        return stored.command().inFlight();
    }

    private static CommandId id(int number) {
        return CommandId.of(number, 0, 0);
    }

    private static StoredCommand command(int number) {
        Instant expires = NOW.plusSeconds(60);
        return new StoredCommand(
                id(number),
                VIN,
                TenantId.of("acme"),
                new Kind("lock", "doors", false, Set.of()),
                Map.of(),
                new StoredCommand.Document("signed", number),
                new StoredCommand.Wish(60, false, null),
                NOW,
                1,
                Command.accepted(expires, expires.plusSeconds(20)),
                null,
                "somebody");
    }

    private static LineInput look() {
        Presence.Online online =
                new Presence.Online(
                        SESSION, new RunId(1), 1, Set.of(DownTopic.COMMANDS), 0, NOW, "5", NOW);
        return new LineInput.Looked(online, Set.of(), 10, 10, false);
    }
}
