package dev.driveline.command.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.driveline.command.command.Command;
import dev.driveline.command.command.CommandMachine;
import dev.driveline.command.command.Input;
import dev.driveline.command.command.Kind;
import dev.driveline.command.command.StoredCommand;
import dev.driveline.contract.gateway.DownlinkReport.Outcome;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.testkit.TestPostgres;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommandTableIT {

    private static final Vin VIN = Vin.of("WDRV0TESTCMND0001");
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final SessionId FIRST = new SessionId(1);
    private static final SessionId SECOND = new SessionId(2);

    private final CommandTable table = new CommandTable();
    private Database database;

    @BeforeEach
    void open() {
        TestPostgres.Database fresh = TestPostgres.freshDatabase();
        database =
                Database.open(
                        new DatabaseConfig(fresh.jdbcUrl(), fresh.user(), fresh.password(), 2),
                        "command");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void anAttemptIsLookedAfterForItself() {
        StoredCommand sent = inserted(dispatched(queued(), FIRST, 0));
        assertEquals(List.of(), dueAt(4));
        assertEquals(List.of(VIN), dueAt(5));

        StoredCommand again = dispatched(sent, SECOND, 4);
        saved(again, 4);
        assertEquals(List.of(), dueAt(8), "the look after the first is none after the second");
        assertEquals(List.of(VIN), dueAt(9));
    }

    @Test
    void aFormerSessionsRefusalPutsNothingOff() {
        StoredCommand sent = inserted(dispatched(queued(), FIRST, 0));
        StoredCommand again = dispatched(sent, SECOND, 2);
        saved(again, 2);
        StoredCommand refused =
                again.with(
                        CommandMachine.step(
                                again.command(),
                                new Input.Reported(FIRST, 1, Outcome.NOT_HERE),
                                at(3)));
        saved(refused, 3);
        assertEquals(List.of(), dueAt(6));
        assertEquals(List.of(VIN), dueAt(7));
    }

    @Test
    void whatWaitsIsLookedAtSoonAndWhatIsOutIsNot() {
        StoredCommand waiting = inserted(queued());
        database.run(handle -> table.lookSoon(handle, VIN, at(1)));
        assertEquals(List.of(), dueAt(0));
        assertEquals(List.of(VIN), dueAt(1));
        database.run(handle -> table.settle(handle, VIN, at(1)));
        assertEquals(List.of(), dueAt(59));
        saved(dispatched(waiting, FIRST, 2), 2);
        database.run(handle -> table.lookSoon(handle, VIN, at(3)));
        assertEquals(List.of(), dueAt(6));
        assertEquals(List.of(VIN), dueAt(7));
    }

    @Test
    void whatOnlyEndsIsLookedAtOnceTooEarlyAndThenAtItsEnd() {
        StoredCommand sent = inserted(dispatched(queued(), FIRST, 0));
        StoredCommand reported =
                sent.with(
                        CommandMachine.step(
                                sent.command(), new Input.Reported(FIRST, 1, Outcome.SENT), NOW));
        saved(reported, 1);
        assertEquals(List.of(VIN), dueAt(5), "not put off, for the sake of the indexes");
        database.run(handle -> table.settle(handle, VIN, at(5)));
        assertEquals(List.of(), dueAt(79));
        assertEquals(List.of(VIN), dueAt(80), "when its result is due");
    }

    @Test
    void whatIsRefusedIsTriedASecondLater() {
        StoredCommand sent = inserted(dispatched(queued(), FIRST, 0));
        StoredCommand refused =
                sent.with(
                        CommandMachine.step(
                                sent.command(), new Input.Reported(FIRST, 1, Outcome.BUSY), NOW));
        saved(refused, 0);
        assertEquals(List.of(), dueAt(0));
        assertEquals(List.of(VIN), dueAt(1));
        StoredCommand again = dispatched(refused, FIRST, 2);
        saved(again, 2);
        assertEquals(List.of(), dueAt(6));
        assertEquals(List.of(VIN), dueAt(7));
        assertEquals(
                again.command().dispatches(),
                database.transaction(handle -> table.open(handle, VIN))
                        .getFirst()
                        .command()
                        .dispatches());
    }

    private static Instant at(long second) {
        return NOW.plusSeconds(second);
    }

    private List<Vin> dueAt(long second) {
        return database.transaction(handle -> table.due(handle, at(second), 10));
    }

    private StoredCommand inserted(StoredCommand stored) {
        database.run(handle -> table.insert(handle, stored, NOW));
        return stored;
    }

    private void saved(StoredCommand stored, long second) {
        database.run(handle -> table.save(handle, stored, at(second)));
    }

    private static StoredCommand dispatched(StoredCommand stored, SessionId session, long second) {
        return stored.attempted(at(second))
                .with(
                        CommandMachine.step(
                                stored.command(), new Input.Dispatched(session), at(second)));
    }

    private static StoredCommand queued() {
        Instant expires = NOW.plusSeconds(60);
        Command accepted = Command.accepted(expires, expires.plus(Duration.ofSeconds(20)));
        StoredCommand stored =
                new StoredCommand(
                        CommandId.of(NOW.toEpochMilli(), 0, 0),
                        VIN,
                        TenantId.of("acme"),
                        new Kind("lock", "doors", false, Set.of()),
                        Map.of(),
                        new StoredCommand.Document("signed", 1),
                        new StoredCommand.Wish(60, false, null),
                        NOW,
                        1,
                        accepted,
                        null,
                        "somebody");
        return stored.with(CommandMachine.step(accepted, new Input.Enqueue(), NOW));
    }
}
