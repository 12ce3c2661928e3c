package dev.driveline.command.batch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.testkit.Trials;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whole lives of batches, with everything that can go wrong with who works on them. */
class BatchSimulationTest {

    /** 100 trials; {@code -Ddriveline.trials=100} makes them 10,000. */
    private static final int TRIALS = 100;

    @Test
    void everyVehicleIsCountedOnceAndGetsOneCommandAtMost() {
        Trials.of(20260501).run(TRIALS, random -> new BatchWorld(random, new TreeMap<>()).run());
    }

    @Test
    void theRateIsNeverExceededByMoreThanOneTurn() {
        Trials.of(11).run(TRIALS, BatchWorld::paced);
    }

    /** A world in which nothing happens keeps every promise. */
    @Test
    void everyEndIsReachedAndEverythingGoesWrong() {
        Map<String, Integer> counts = new TreeMap<>();
        Trials.of(7).run(TRIALS, random -> new BatchWorld(random, counts).run());
        for (String what :
                List.of(
                        "sent",
                        "late",
                        "killed",
                        "killed before commit",
                        "put off",
                        "too late to send",
                        "RUNNING to PAUSED",
                        "RUNNING to HALTED",
                        "HALTED to RUNNING",
                        "end COMPLETED",
                        "end ABORTED",
                        "end DECLINED",
                        "end DEADLINE")) {
            assertTrue(counts.getOrDefault(what, 0) >= 3, what + ": " + counts);
        }
    }
}
