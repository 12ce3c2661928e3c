package dev.driveline.testkit;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * Runs a property many times on seeded random input.
 *
 * <pre>{@code
 * Trials.of(7).run(1_000, random -> {
 *     int size = random.nextInt(100);
 *     random.note("a window of " + size);
 *     ...assertions
 * });
 * }</pre>
 *
 * <p>Every trial has a seed of its own. A failure's message holds it, with what the trial noted;
 * {@code -Ddriveline.seed=N} runs that trial alone.
 */
public final class Trials {
    private static final String SEED_PROPERTY = "driveline.seed";
    private static final String FACTOR_PROPERTY = "driveline.trials";

    private final long seed;
    private final @Nullable Long onlySeed;
    private final int factor;

    Trials(long seed, @Nullable Long onlySeed, int factor) {
        this.seed = seed;
        this.onlySeed = onlySeed;
        this.factor = factor;
    }

    /** One trial. */
    @FunctionalInterface
    public interface Trial {
        /** Throws when the property does not hold for what it drew. */
        void run(Draw random) throws Exception;
    }

    /** The same trials at every run. */
    public static Trials of(long seed) {
        return new Trials(
                seed, Long.getLong(SEED_PROPERTY), Integer.getInteger(FACTOR_PROPERTY, 1));
    }

    /** Other trials at every run: for long searches, not for a build that must repeat itself. */
    public static Trials of() {
        return of(System.nanoTime());
    }

    /**
     * Runs up to {@code count} trials, times the property {@code driveline.trials} for long runs,
     * and stops at the first failure.
     *
     * @throws AssertionError that names the failing trial's seed and its trace
     */
    public void run(int count, Trial trial) {
        if (onlySeed != null) {
            run(onlySeed, "the one trial asked for", trial);
            return;
        }
        SplittableRandom seeds = new SplittableRandom(seed);
        int all = Math.multiplyExact(count, factor);
        for (int i = 1; i <= all; i++) {
            run(seeds.nextLong(), "trial %d of %d".formatted(i, all), trial);
        }
    }

    private static void run(long trialSeed, String name, Trial trial) {
        Draw random = new Draw(trialSeed);
        try {
            trial.run(random);
        } catch (TestAbortedException e) {
            throw e;
        } catch (Exception | AssertionError e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new AssertionError(
                    "%s failed: %s%nrun it alone with -D%s=%d%n%s"
                            .formatted(name, e, SEED_PROPERTY, trialSeed, random.trace()),
                    e);
        }
    }
}
