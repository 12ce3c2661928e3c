package dev.driveline.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.driveline.contract.command.CommandEnvelope;
import dev.driveline.contract.command.CommandResponse;
import dev.driveline.contract.command.CommandResponse.Step;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestClock;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A vehicle executes at most once, and nothing that it should not. */
class CommandAgentTest {

    private static final Vin VIN = Vin.of("WDRVP0000NA000001");
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final KeyPair KEYS = TestCa.newKeys();

    @TempDir Path folder;
    private final TestClock clock = TestClock.at(NOW);
    private final List<CommandResponse> answers = new ArrayList<>();
    private final List<String> executed = new ArrayList<>();
    private Journal journal;
    private CommandAgent agent;

    @BeforeEach
    void boot() throws IOException {
        journal = Journal.open(folder.resolve("journal.jsonl"));
        agent =
                agentWith((type, params) -> {
                    executed.add(type);
                    return type.equals("doors.lock")
                            ? new Actuators.Outcome.Done(Map.of("locked", true))
                            : new Actuators.Outcome.Unknown();
                });
    }

    private CommandAgent agentWith(Actuators actuators) {
        return new CommandAgent(
                VIN,
                Map.of("command-1", KEYS.getPublic()),
                journal,
                actuators,
                clock,
                answers::add);
    }

    @Test
    void executesOnceAndRepeatsItsAnswer() throws IOException {
        String command = signed(command(1, "doors.lock", VIN, 5));
        agent.received(command);
        agent.received(command);
        assertEquals(List.of("doors.lock"), executed);
        assertEquals(
                List.of(Step.ACKNOWLEDGED, Step.EXECUTING, Step.SUCCEEDED, Step.SUCCEEDED),
                steps());
    }

    @Test
    void repeatsItsAnswerAfterARebootToo() throws IOException {
        String command = signed(command(1, "doors.lock", VIN, 5));
        agent.received(command);
        reboot();
        agent.received(command);
        assertEquals(List.of("doors.lock"), executed);
        assertEquals(Step.SUCCEEDED, answers.getLast().step());
    }

    @Test
    void doesNotKnowWhatABlackoutInterrupted() throws IOException {
        String command = signed(command(1, "doors.lock", VIN, 5));
        CommandAgent dying =
                agentWith((type, params) -> {
                    executed.add(type);
                    throw new IllegalStateException("the battery is empty");
                });
        try {
            dying.received(command);
        } catch (IllegalStateException blackout) {
            reboot();
        }
        agent.received(command);
        assertEquals(List.of("doors.lock"), executed);
        assertEquals(Step.UNKNOWN, answers.getLast().step());
    }

    @Test
    void refusesWhatHasExpiredByItsClockAndItsError() throws IOException {
        CommandEnvelope command = command(1, "doors.lock", VIN, 5);
        clock.set(command.expiresAt().minusMillis(5));
        agent.received(signed(command));
        assertEquals(List.of(), executed);
        assertEquals("EXPIRED", answers.getLast().code());
    }

    @Test
    void refusesAnotherVehiclesCommand() throws IOException {
        agent.received(signed(command(1, "doors.lock", Vin.of("WDRVP0000NA000002"), 5)));
        assertEquals(List.of(), executed);
        assertEquals("WRONG_VIN", answers.getLast().code());
    }

    @Test
    void refusesACounterThatItHasSeen() throws IOException {
        agent.received(signed(command(1, "doors.lock", VIN, 100)));
        agent.received(signed(command(2, "doors.lock", VIN, 99)));
        agent.received(signed(command(3, "doors.lock", VIN, 99)));
        agent.received(signed(command(4, "doors.lock", VIN, 36)));
        assertEquals(List.of("doors.lock", "doors.lock"), executed);
        assertEquals("REPLAY", answers.getLast().code());
        assertEquals(100L, answers.getLast().counter());
    }

    @Test
    void isSilentAboutWhatIsNotSignedByItsPlatform() throws IOException {
        CommandEnvelope command = command(1, "doors.lock", VIN, 5);
        String good = signed(command);
        String[] parts = good.split("\\.", -1);
        agent.received(parts[0] + "." + parts[1] + "." + "A".repeat(parts[2].length()));
        agent.received(
                new Jws.Signer("command-1", TestCa.newKeys().getPrivate())
                        .sign(CommandEnvelope.TYP, Json.bytes(command)));
        agent.received(
                new Jws.Signer("command-2", KEYS.getPrivate())
                        .sign(CommandEnvelope.TYP, Json.bytes(command)));
        agent.received(
                new Jws.Signer("command-1", KEYS.getPrivate())
                        .sign("driveline-config+jws", Json.bytes(command)));
        agent.received("nonsense");
        assertEquals(List.of(), executed);
        assertEquals(List.of(), answers);
    }

    @Test
    void saysNoToAnUnknownType() throws IOException {
        agent.received(signed(command(1, "wings.unfold", VIN, 5)));
        assertEquals("TYPE_UNKNOWN", answers.getLast().code());
    }

    private void reboot() throws IOException {
        journal.close();
        boot();
    }

    private List<Step> steps() {
        return answers.stream().map(CommandResponse::step).toList();
    }

    private static CommandEnvelope command(long number, String type, Vin vin, long counter) {
        CommandId id = CommandId.of(NOW.toEpochMilli(), 0, number);
        return new CommandEnvelope(
                1, vin, id, type, Map.of(), NOW, NOW.plus(Duration.ofSeconds(30)), counter);
    }

    private static String signed(CommandEnvelope command) {
        return new Jws.Signer("command-1", KEYS.getPrivate())
                .sign(CommandEnvelope.TYP, Json.bytes(command));
    }
}
