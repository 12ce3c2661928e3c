package dev.driveline.command.command;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.command.CommandState;
import dev.driveline.testkit.Trials;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whole lives of commands, with everything that can go wrong between service and vehicle. */
class CommandSimulationTest {

    /** 100 trials; {@code -Ddriveline.trials=100} makes them 10,000. */
    private static final int TRIALS = 100;

    @Test
    void neverLateNeverTwiceNeverAGuess() {
        Trials.of(20260501)
                .run(
                        TRIALS,
                        random ->
                                new CommandWorld(
                                                random,
                                                new EnumMap<>(CommandState.class),
                                                new TreeMap<>())
                                        .run());
    }

    /** A world in which nothing happens keeps every promise. */
    @Test
    void everyEndIsReachedAndEverythingGoesWrong() {
        EnumMap<CommandState, Integer> ended = new EnumMap<>(CommandState.class);
        Map<String, Integer> counts = new TreeMap<>();
        Trials.of(7).run(TRIALS, random -> new CommandWorld(random, ended, counts).run());
        for (CommandState state : CommandState.values()) {
            if (state.terminal()) {
                assertTrue(ended.getOrDefault(state, 0) >= 20, state + ": " + ended);
            }
        }
        for (String what :
                List.of(
                        "dispatched",
                        "executed",
                        "late",
                        "woken",
                        "reboot",
                        "crash",
                        "crash before commit",
                        "crash before publish",
                        "NOT_HERE",
                        "NOT_LISTENING",
                        "BUSY",
                        "TOO_LATE",
                        "SENT",
                        "DELIVERED")) {
            assertTrue(counts.getOrDefault(what, 0) >= 5, what + ": " + counts);
        }
    }
}
