package dev.driveline.telemetry.job;

import org.jspecify.annotations.Nullable;

/** How a kind of jobs is worked on: step by step. One thread; blocks. */
public interface JobSteps<O, P, D> {

    /**
     * Does a piece of it and writes that with the place where it goes on, both or nothing; or ends
     * it; within less than the minute that a job is taken for.
     *
     * @return the job as it stands now; null if it failed or is not ours any more
     */
    @Nullable Work<O, P, D> step(Work<O, P, D> work);

    /**
     * The pause after a step, in milliseconds; with the step shorter than that minute, or another
     * takes it up.
     */
    long pauseMs(Job<O, P, D> before, Job<O, P, D> after);
}
