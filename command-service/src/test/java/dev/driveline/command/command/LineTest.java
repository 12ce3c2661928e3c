package dev.driveline.command.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LineTest {

    private static final Kind LOCK = new Kind("lock", "doors", false, Set.of("lock", "unlock"));
    private static final Kind UNLOCK = new Kind("unlock", "doors", false, Set.of("lock", "unlock"));
    private static final Kind HONK = new Kind("honk", "horn", false, Set.of());
    private static final Kind WINDOW = new Kind("window", "window", true, Set.of());
    private static final SessionId SESSION = new SessionId(1);

    private final Map<CommandId, StoredCommand> rows = new LinkedHashMap<>();
    private final List<CommandId> published = new ArrayList<>();
    private Instant now = Instant.parse("2026-05-01T12:00:00Z");
    private int woken;

    @Test
    void aLaterCommandTakesThePlaceOfOneThatWaits() {
        CommandId unlock = accept(UNLOCK);
        CommandId lock = accept(LOCK);
        assertEquals(CommandState.SUPERSEDED, state(unlock));
        assertEquals(Map.of("by", lock.toString()), rows.get(unlock).command().result());
        assertEquals(CommandState.QUEUED, state(lock));
    }

    @Test
    void oneThatAVehicleMayHaveIsNotSuperseded() {
        CommandId unlock = accept(UNLOCK);
        look(10, 10);
        CommandId lock = accept(LOCK);
        assertEquals(CommandState.DISPATCHED, state(unlock));
        look(10, 10);
        assertEquals(List.of(unlock), published);
        happened(unlock, new Input.Reported(SESSION, 1, Outcome.NOT_HERE));
        CommandId again = accept(LOCK);
        assertEquals(CommandState.SUPERSEDED, state(unlock));
        assertEquals(CommandState.SUPERSEDED, state(lock));
        look(10, 10);
        assertEquals(List.of(unlock, again), published);
    }

    @Test
    void domainsDoNotWaitForEachOtherAndHeldOnesKeepTheirPlace() {
        CommandId honk = accept(HONK);
        CommandId second = accept(HONK);
        CommandId lock = accept(LOCK);
        apply(new LineInput.Looked(online(), Set.of(honk), 10, 10, false));
        assertEquals(List.of(lock), published);
        look(10, 10);
        assertEquals(List.of(lock, honk), published);
        happened(honk, new Input.Responded(Step.SUCCEEDED, null, null));
        look(10, 10);
        assertEquals(List.of(lock, honk, second), published);
    }

    @Test
    void withoutRoomNothingLeavesAndWhatNobodyWaitsForLeavesLast() {
        CommandId background = accept(HONK, true);
        CommandId lock = accept(LOCK);
        look(0, 0);
        assertEquals(List.of(), published);
        look(1, 0);
        assertEquals(List.of(lock), published);
        look(1, 1);
        assertEquals(List.of(lock, background), published);
    }

    @Test
    void whatIsLeftUnansweredIsHandedOutAgainAndAToggleIsNot() {
        CommandId lock = accept(LOCK);
        CommandId window = accept(WINDOW);
        look(10, 10);
        assertEquals(List.of(lock, window), published);
        look(10, 10);
        now = now.plus(StoredCommand.ATTEMPT_LIMIT);
        look(10, 10);
        assertEquals(List.of(lock, window, lock), published);
        happened(window, new Input.Reported(SESSION, 1, Outcome.BUSY));
        look(10, 10);
        assertEquals(List.of(lock, window, lock, window), published);
    }

    @Test
    void whatASecondPersonAgreesToStandsAtTheEndWithItsTimeBeforeIt() {
        StoredCommand waiting = fresh(LOCK, false);
        apply(new LineInput.Accepted(waiting, new Input.AwaitApproval()));
        CommandId unlock = accept(UNLOCK);
        look(10, 10);
        assertEquals(List.of(unlock), published);
        now = now.plusSeconds(3_600);
        Input.Approved approval = new Input.Approved(now.plusSeconds(30), now.plusSeconds(50));
        StoredCommand.Document document = new StoredCommand.Document("signed", 99);
        apply(new LineInput.Approved(waiting.id(), document, approval));
        apply(new LineInput.Approved(waiting.id(), document, approval));
        assertEquals(CommandState.QUEUED, state(waiting.id()));
        assertEquals(3, rows.get(waiting.id()).step());
        look(10, 10);
        assertEquals(List.of(unlock, waiting.id()), published);
        assertEquals(now.plusSeconds(30), rows.get(waiting.id()).command().expiresAt());
    }

    @Test
    void aSleepingVehicleIsWokenOnceForAll() {
        CommandId lock = accept(LOCK);
        CommandId honk = accept(HONK);
        apply(new LineInput.Looked(null, Set.of(), 0, 0, true));
        assertEquals(1, woken);
        assertEquals(CommandState.WAKING, state(lock));
        assertEquals(CommandState.WAKING, state(honk));
        look(10, 10);
        assertEquals(List.of(lock, honk), published);
    }

    @Test
    void aRefusedOneNeverStandsInLine() {
        StoredCommand refused = fresh(LOCK, false);
        apply(new LineInput.Accepted(refused, new Input.Refused("WHY", Map.of("speed", 3))));
        assertEquals(CommandState.REJECTED, state(refused.id()));
        assertEquals("WHY", rows.get(refused.id()).command().code());
        look(10, 10);
        assertTrue(published.isEmpty());
    }

    private CommandId accept(Kind kind) {
        return accept(kind, false);
    }

    private CommandId accept(Kind kind, boolean background) {
        StoredCommand fresh = fresh(kind, background);
        apply(new LineInput.Accepted(fresh, new Input.Enqueue()));
        return fresh.id();
    }

    private StoredCommand fresh(Kind kind, boolean background) {
        Instant expires = now.plusSeconds(60);
        return new StoredCommand(
                CommandId.of(rows.size() + 1, 0, 0),
                Vin.of("WDRV0TESTCMND0001"),
                TenantId.of("acme"),
                kind,
                Map.of(),
                new StoredCommand.Document("signed", rows.size() + 1),
                new StoredCommand.Wish(60, background, null),
                now,
                1,
                Command.accepted(expires, expires.plusSeconds(20)),
                null,
                "somebody");
    }

    private void happened(CommandId id, Input input) {
        apply(new LineInput.Happened(id, input));
    }

    private void look(int room, int backgroundRoom) {
        apply(new LineInput.Looked(online(), Set.of(), room, backgroundRoom, false));
    }

    private Presence.Online online() {
        return new Presence.Online(
                SESSION, new RunId(1), 0, Set.of(DownTopic.COMMANDS), 0, now, "5", now);
    }

    private void apply(LineInput input) {
        List<StoredCommand> open =
                rows.values().stream()
                        .filter(stored -> !stored.command().state().terminal())
                        .toList();
        for (Effect effect : Line.step(open, input, now)) {
            switch (effect) {
                case Effect.Told told -> rows.put(told.command().id(), told.command());
                case Effect.Kept kept -> rows.put(kept.command().id(), kept.command());
                case Effect.Published out -> published.add(out.command().id());
                case Effect.Woken _ -> woken++;
            }
        }
    }

    private CommandState state(CommandId id) {
        return rows.get(id).command().state();
    }
}
