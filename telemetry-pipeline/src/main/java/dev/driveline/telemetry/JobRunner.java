package dev.driveline.telemetry;

import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.telemetry.job.JobSteps;
import dev.driveline.telemetry.job.Jobs;
import dev.driveline.telemetry.job.Work;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on the jobs of one kind, one at a time, step by step: who takes one up after a death goes
 * on exactly where it was. One thread of its own.
 */
final class JobRunner<O, P, D> implements AutoCloseable {

    static final long IDLE_MS = 1_000;
    static final String FAULT_OF_OURS =
            "it failed by a fault of ours, which the pipeline's log tells";

    private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);
    private static final long FORGET_EVERY_S = 60;
    private static final long CLOSE_LIMIT_S = 30;

    private final Jobs<O, P, D> jobs;
    private final JobSteps<O, P, D> steps;
    private final String name;
    private final Counter failures;
    private final ScheduledThreadPoolExecutor thread;
    private @Nullable Work<O, P, D> current;
    private volatile boolean closing;

    JobRunner(Jobs<O, P, D> jobs, JobSteps<O, P, D> steps, MeterRegistry metrics) {
        this.jobs = jobs;
        this.steps = steps;
        this.name = jobs.kind().name();
        this.failures = metrics.counter("telemetry." + name + ".failures");
        this.thread =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("telemetry-" + name + "s").factory());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    static <O, P, D> JobRunner<O, P, D> start(
            Jobs<O, P, D> jobs, JobSteps<O, P, D> steps, MeterRegistry metrics) {
        JobRunner<O, P, D> runner = new JobRunner<>(jobs, steps, metrics);
        runner.turnIn(IDLE_MS);
        var _ =
                runner.thread.scheduleWithFixedDelay(
                        runner::forget, FORGET_EVERY_S, FORGET_EVERY_S, TimeUnit.SECONDS);
        return runner;
    }

    private void turnIn(long delayMs) {
        if (!closing) {
            var _ = thread.schedule(this::turnAndGoOn, delayMs, TimeUnit.MILLISECONDS);
        }
    }

    private void turnAndGoOn() {
        long pauseMs = IDLE_MS;
        try {
            pauseMs = turn();
        } finally {
            turnIn(pauseMs);
        }
    }

    /** One step, of the job at hand or of the next one; returns the pause after it. */
    long turn() {
        try {
            Work<O, P, D> work = current == null ? jobs.take() : current;
            current = null;
            return work == null || closing ? IDLE_MS : step(work);
        } catch (RuntimeException | Error failed) {
            failed(failed);
            return IDLE_MS;
        }
    }

    private long step(Work<O, P, D> work) {
        Work<O, P, D> after;
        try {
            after = steps.step(work);
        } catch (RuntimeException | Error failed) {
            failed(failed);
            jobs.postpone(work, reasonOf(failed));
            return IDLE_MS;
        }
        if (after == null) {
            return IDLE_MS;
        }
        current = after.job().isUnderWay() ? after : null;
        return steps.pauseMs(work.job(), after.job());
    }

    /** What its tenant is told. */
    private static String reasonOf(Throwable failed) {
        return failed instanceof ProblemException problem
                ? String.valueOf(problem.getMessage())
                : FAULT_OF_OURS;
    }

    private void forget() {
        try {
            jobs.forgetExpired();
        } catch (RuntimeException | Error failed) {
            failed(failed);
        }
    }

    private void failed(Throwable failure) {
        failures.increment();
        LOG.atWarn()
                .setMessage("work on jobs failed, tried again")
                .addKeyValue("kind", name)
                .setCause(failure)
                .log();
    }

    /** After the step at hand; another process goes on. */
    @Override
    public void close() {
        closing = true;
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_LIMIT_S, TimeUnit.SECONDS)) {
                LOG.atWarn()
                        .setMessage("work on jobs does not stop")
                        .addKeyValue("kind", name)
                        .log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
