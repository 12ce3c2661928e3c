package dev.driveline.telemetry.postgres;

import io.micrometer.core.instrument.Counter;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that does a keeper's chores one at a time, again and again. One that fails is counted,
 * logged and done again in its turn. Thread-safe.
 */
final class KeeperThread implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeeperThread.class);
    private static final long CLOSE_LIMIT_S = 70;

    private final String name;
    private final Counter failures;
    private final ScheduledExecutorService thread;
    private volatile boolean closing;

    KeeperThread(String name, Counter failures) {
        this.name = name;
        this.failures = failures;
        this.thread =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name(name).factory());
    }

    /**
     * Has a chore done every so many seconds, counted from its end.
     *
     * @param what names it in the log
     */
    void every(long firstS, long restS, String what, Runnable chore) {
        var _ =
                thread.scheduleWithFixedDelay(
                        () -> attempt(what, chore), firstS, restS, TimeUnit.SECONDS);
    }

    private void attempt(String what, Runnable chore) {
        try {
            chore.run();
        } catch (RuntimeException | Error failed) {
            // Thrown on, it would be this chore's end.
            failed(what, failed);
        }
    }

    /** Nothing may be lost by it. */
    void failed(String what, Throwable failure) {
        failures.increment();
        LOG.atWarn()
                .setMessage("chore failed, tried again")
                .addKeyValue("keeper", name)
                .addKeyValue("chore", what)
                .setCause(failure)
                .log();
    }

    /** Whether a long chore should end. */
    boolean isClosing() {
        return closing;
    }

    @Override
    public void close() {
        closing = true;
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_LIMIT_S, TimeUnit.SECONDS)) {
                LOG.atWarn().setMessage("keeper does not stop").addKeyValue("keeper", name).log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
