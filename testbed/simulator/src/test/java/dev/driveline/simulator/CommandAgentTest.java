package dev.driveline.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.driveline.contract.command.CommandEnvelope;
import dev.driveline.contract.command.CommandResponse;
import dev.driveline.contract.command.CommandResponse.Step;
import dev.driveline.contract.command.VehicleCode;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.trust.CommandKeys;
import dev.driveline.contract.trust.KeyUse;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestClock;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A vehicle executes at most once, and nothing that it should not. */
class CommandAgentTest {

    private static final Vin VIN = Vin.of("WDRVP0000NA000001");
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final KeyPair ROOT = TestCa.newKeys();
    private static final KeyPair KEYS = TestCa.newKeys();

    @TempDir Path folder;
    private final TestClock clock = TestClock.at(NOW);
    private final List<CommandResponse> answers = new ArrayList<>();
    private final List<String> executed = new ArrayList<>();
    private final List<VehicleCode> refused = new ArrayList<>();
    private Trust trust;
    private Journal journal;
    private CommandAgent agent;

    @BeforeEach
    void boot() throws IOException {
        trust = new Trust(ROOT.getPublic(), folder.resolve("command-keys.jws"), clock);
        if (trust.keys() == null) {
            var _ = trust.take(keys(1, key("command-1", KEYS, NOW.plus(Duration.ofDays(9)))));
        }
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
                trust.keysFor(KeyUse.COMMAND),
                journal,
                actuators,
                clock,
                answers::add,
                (typ, code, kid, id, counter) -> refused.add(code));
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
        assertEquals(List.of(VehicleCode.EXPIRED), refused);
    }

    @Test
    void oneSecondTooLateIsTooLate() throws IOException {
        CommandEnvelope command = command(1, "doors.lock", VIN, 5);
        clock.set(command.expiresAt().plusSeconds(1));
        agent.received(signed(command));
        assertEquals(List.of(), executed);
        assertEquals(List.of(VehicleCode.EXPIRED), refused);
    }

    @Test
    void refusesAnotherVehiclesCommand() throws IOException {
        agent.received(signed(command(1, "doors.lock", Vin.of("WDRVP0000NA000002"), 5)));
        assertEquals(List.of(), executed);
        assertEquals("WRONG_VIN", answers.getLast().code());
        assertEquals(List.of(VehicleCode.WRONG_VIN), refused);
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
        assertEquals(List.of(VehicleCode.REPLAY, VehicleCode.REPLAY), refused);
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
        assertEquals(
                List.of(
                        VehicleCode.SIGNATURE_INVALID,
                        VehicleCode.SIGNATURE_INVALID,
                        VehicleCode.KEY_UNKNOWN,
                        VehicleCode.MALFORMED,
                        VehicleCode.MALFORMED),
                refused,
                "but the platform hears of each as an event");
    }

    @Test
    void oneBitIsEnough() throws IOException {
        String good = signed(command(1, "doors.lock", VIN, 5));
        String[] parts = good.split("\\.", -1);
        byte[] payload = Base64.getUrlDecoder().decode(parts[1]);
        for (int bit = 0; bit < payload.length * 8; bit += 7) {
            byte[] altered = payload.clone();
            altered[bit / 8] ^= (byte) (1 << bit % 8);
            agent.received(
                    parts[0]
                            + "."
                            + Base64.getUrlEncoder().withoutPadding().encodeToString(altered)
                            + "."
                            + parts[2]);
        }
        assertEquals(List.of(), executed);
        assertEquals(List.of(), answers);
        assertEquals(
                Set.of(VehicleCode.SIGNATURE_INVALID), Set.copyOf(refused), "of every single bit");
    }

    @Test
    void aKeyThatWasRotatedOutSignsNothing() throws IOException {
        KeyPair next = TestCa.newKeys();
        Instant year = NOW.plus(Duration.ofDays(365));
        String command = signed(command(1, "doors.lock", VIN, 5));
        var _ = trust.take(keys(2, key("command-2", next, year)));
        agent.received(command);
        assertEquals(List.of(VehicleCode.KEY_UNKNOWN), refused);
        reboot();
        agent.received(command);
        assertEquals(
                List.of(VehicleCode.KEY_UNKNOWN, VehicleCode.KEY_UNKNOWN),
                refused,
                "nor after a reboot");
        assertInstanceOf(
                Trust.Taken.Refused.class,
                trust.take(keys(1, key("command-1", KEYS, year))),
                "nor is the old version taken again");
        agent.received(command);
        assertEquals(List.of(), executed);
    }

    @Test
    void aKeyIsObeyedBetweenItsDatesAndForItsUse() throws IOException {
        String command = signed(command(1, "doors.lock", VIN, 5));
        var _ = trust.take(keys(2, key("command-1", KEYS, NOW.plusSeconds(1))));
        clock.set(NOW.plusSeconds(1));
        agent.received(command);
        clock.set(NOW);
        CommandKeys.Key forConfig =
                new CommandKeys.Key(
                        "command-1",
                        "ES256",
                        Set.of(KeyUse.CONFIG),
                        NOW.minusSeconds(1),
                        NOW.plusSeconds(60),
                        Base64.getEncoder().encodeToString(KEYS.getPublic().getEncoded()));
        var _ = trust.take(keys(3, forConfig));
        agent.received(command);
        assertEquals(List.of(), executed);
        assertEquals(List.of(VehicleCode.KEY_NOT_VALID, VehicleCode.KEY_NOT_VALID), refused);
    }

    @Test
    void edwardsKeysAreObeyedToo() throws IOException, GeneralSecurityException {
        KeyPair edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        var _ = trust.take(keys(2, key("e", edwards, NOW.plusSeconds(60))));
        CommandEnvelope command = command(1, "doors.lock", VIN, 5);
        agent.received(
                new Jws.Signer("e", edwards.getPrivate())
                        .sign(CommandEnvelope.TYP, Json.bytes(command)));
        assertEquals(List.of("doors.lock"), executed);
        assertEquals(List.of(), refused);
    }

    @Test
    void onlyTheRootSaysWhichKeys() throws IOException {
        String forged =
                new Jws.Signer("root", KEYS.getPrivate())
                        .sign(
                                CommandKeys.TYP,
                                Json.bytes(
                                        new CommandKeys(
                                                1,
                                                9,
                                                NOW,
                                                NOW.plusSeconds(60),
                                                List.of(
                                                        key(
                                                                "command-1",
                                                                KEYS,
                                                                NOW.plusSeconds(60))))));
        assertEquals(
                VehicleCode.SIGNATURE_INVALID,
                assertInstanceOf(Trust.Taken.Refused.class, trust.take(forged)).code());
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

    private static String keys(long version, CommandKeys.Key... keys) {
        CommandKeys content =
                new CommandKeys(1, version, NOW, NOW.plus(Duration.ofDays(99)), List.of(keys));
        return new Jws.Signer("root", ROOT.getPrivate()).sign(CommandKeys.TYP, Json.bytes(content));
    }

    private static CommandKeys.Key key(String kid, KeyPair pair, Instant until) {
        return new CommandKeys.Key(
                kid,
                Jws.algorithmOf(pair.getPublic()),
                Set.of(KeyUse.values()),
                NOW.minus(Duration.ofDays(1)),
                until,
                Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()));
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
