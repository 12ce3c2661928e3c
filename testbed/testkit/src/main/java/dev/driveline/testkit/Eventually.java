package dev.driveline.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Waits for what another thread or process will do, at most until a deadline.
 *
 * <pre>{@code
 * Eventually.within(Duration.ofSeconds(5)).that("the vehicle is online", () -> registry.isOnline(vin));
 * Row row = Eventually.within(Duration.ofSeconds(5)).value("the row", table::find, Objects::nonNull);
 * }</pre>
 *
 * <p>It looks every millisecond at first, every 50 at last, and once more at the deadline. An
 * exception or a failed assertion while looking means "not yet"; the last one is the cause of the
 * failure. An interrupt ends the wait.
 */
public final class Eventually {
    private static final long FIRST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LAST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Duration limit;

    private Eventually(Duration limit) {
        this.limit = limit;
    }

    /** A condition that may throw. */
    @FunctionalInterface
    public interface Condition {
        /** Whether it holds now. */
        boolean holds() throws Exception;
    }

    /** Assertions that may throw. */
    @FunctionalInterface
    public interface Assertion {
        /** Throws unless it holds now. */
        void check() throws Exception;
    }

    /** The longest wait. */
    public static Eventually within(Duration limit) {
        return new Eventually(limit);
    }

    /**
     * Waits until the condition holds.
     *
     * @param what the condition in words, for the failure's message
     * @throws AssertionError when it does not hold in time
     */
    public void that(String what, Condition condition) {
        value(what, condition::holds, held -> held);
    }

    /**
     * Waits until the assertions pass.
     *
     * @throws AssertionError with the last failure as its cause
     */
    public void passes(String what, Assertion assertion) {
        value(
                what,
                () -> {
                    assertion.check();
                    return true;
                },
                passed -> passed);
    }

    /**
     * Waits until a value is as expected, and returns it.
     *
     * @throws AssertionError with the last value seen
     */
    public <T extends @Nullable Object> T value(
            String what, Callable<T> look, Predicate<? super T> expected) {
        long startNs = System.nanoTime();
        long pauseNs = FIRST_PAUSE_NS;
        while (true) {
            boolean last = System.nanoTime() - startNs >= limit.toNanos();
            Throwable failure = null;
            String seen;
            try {
                T value = look.call();
                if (expected.test(value)) {
                    return value;
                }
                seen = "last seen: " + value;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for: " + what, e);
            } catch (Exception | AssertionError e) {
                failure = e;
                seen = "last failure: " + e;
            }
            if (last) {
                throw new AssertionError(
                        "not within %d ms: %s; %s".formatted(limit.toMillis(), what, seen),
                        failure);
            }
            LockSupport.parkNanos(pauseNs);
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("interrupted while waiting for: " + what);
            }
            pauseNs = Math.min(pauseNs * 2, LAST_PAUSE_NS);
        }
    }
}
