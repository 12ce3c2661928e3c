package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.telemetry.job.Job;
import dev.driveline.telemetry.job.JobKind;
import dev.driveline.telemetry.job.JobState;
import dev.driveline.telemetry.job.JobSteps;
import dev.driveline.telemetry.job.OneJob;
import dev.driveline.telemetry.job.Work;
import dev.driveline.testkit.Eventually;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Work on jobs whose order is a number of steps, and whose place says how many are done. */
final class JobRunnerTest {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(20));
    private static final JobKind<Integer, Integer, Long> KIND =
            new JobKind<>(
                    "count",
                    "count",
                    ErrorCode.INVALID_REQUEST,
                    Integer.class,
                    Integer.class,
                    Long.class,
                    0,
                    0L);

    private final OneJob<Integer, Integer, Long> jobs = new OneJob<>(KIND, 3);
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final List<Long> leases = new ArrayList<>();

    /** What the next steps do instead of a step. */
    private final List<UnaryOperator<Work<Integer, Integer, Long>>> instead = new ArrayList<>();

    private final class Counting implements JobSteps<Integer, Integer, Long> {

        @Override
        public Work<Integer, Integer, Long> step(Work<Integer, Integer, Long> work) {
            leases.add(work.lease());
            if (!instead.isEmpty()) {
                return instead.removeFirst().apply(work);
            }
            int next = work.job().place() + 1;
            return jobs.advance(work, next, (long) next, next == work.job().order());
        }

        @Override
        public long pauseMs(Job<Integer, Integer, Long> before, Job<Integer, Integer, Long> after) {
            return 10L * before.place() + after.place();
        }
    }

    private JobRunner<Integer, Integer, Long> runner() {
        return new JobRunner<>(jobs, new Counting(), metrics);
    }

    private static UnaryOperator<Work<Integer, Integer, Long>> failing(RuntimeException failure) {
        return _ -> {
            throw failure;
        };
    }

    private double failures() {
        return metrics.counter("telemetry.count.failures").count();
    }

    @Test
    void aJobIsTakenOnceAndPausesAsItsKindSays() {
        try (JobRunner<Integer, Integer, Long> runner = runner()) {
            assertEquals(1, runner.turn());
            assertEquals(12, runner.turn());
            assertEquals(23, runner.turn());
            assertEquals(JobState.DONE, jobs.job().state());
            assertEquals(List.of(1L, 1L, 1L), leases);
            assertEquals(JobRunner.IDLE_MS, runner.turn());
            assertEquals(0, failures());
        }
    }

    @Test
    void whatFailsIsPostponedTakenAnewAndGoesOnThere() {
        try (JobRunner<Integer, Integer, Long> runner = runner()) {
            assertEquals(1, runner.turn());
            instead.add(failing(new IllegalStateException("select secret from internal")));
            instead.add(failing(new ProblemException(ErrorCode.UNAVAILABLE, "no answer")));
            assertEquals(JobRunner.IDLE_MS, runner.turn());
            assertEquals(JobRunner.IDLE_MS, runner.turn());
            assertEquals(List.of(JobRunner.FAULT_OF_OURS, "no answer"), jobs.postponed());
            assertEquals(2, failures());
            assertEquals(12, runner.turn());
            assertEquals(List.of(1L, 1L, 2L, 3L), leases);
        }
    }

    @Test
    void whatIsLostIsNotGoneOnWith() {
        try (JobRunner<Integer, Integer, Long> runner = runner()) {
            instead.add(_ -> null);
            assertEquals(JobRunner.IDLE_MS, runner.turn());
            assertEquals(1, runner.turn());
            assertEquals(List.of(1L, 2L), leases);
            assertEquals(List.of(), jobs.postponed());
        }
    }

    @Test
    void aStepIsFinishedBeforeItCloses() throws InterruptedException {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        instead.add(work -> {
            began.countDown();
            try {
                assertTrue(mayEnd.await(20, TimeUnit.SECONDS));
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
            return jobs.advance(work, 1, 1L, false);
        });
        JobRunner<Integer, Integer, Long> runner = JobRunner.start(jobs, new Counting(), metrics);
        assertTrue(began.await(20, TimeUnit.SECONDS));
        Thread closing = Thread.ofVirtual().start(runner::close);
        SOON.that("it waits", () -> closing.getState() == Thread.State.TIMED_WAITING);
        mayEnd.countDown();
        closing.join();
        assertEquals(1, jobs.job().place());
        assertEquals(List.of(1L), leases);
        assertFalse(closing.isAlive());
    }
}
