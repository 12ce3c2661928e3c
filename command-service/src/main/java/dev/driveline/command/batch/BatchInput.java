package dev.driveline.command.batch;

import java.util.Map;

/** What can happen to a batch. */
public sealed interface BatchInput {

    /** Vehicles were written down for it. */
    record Added(long vehicles) implements BatchInput {}

    /**
     * Its owner says go.
     *
     * @param secondPerson whether another has to agree
     */
    record Started(boolean secondPerson) implements BatchInput {}

    record Approved() implements BatchInput {}

    record Declined() implements BatchInput {}

    record Paused() implements BatchInput {}

    record Resumed() implements BatchInput {}

    record Aborted() implements BatchInput {}

    /**
     * A look at its rows.
     *
     * @param ended how many that were underway have ended, and how
     * @param late how many of which nothing was known turned out, and how
     * @param givenBack taken up, and no command came of it: they wait again
     * @param room how many commands its tenant may still have now
     */
    record Looked(Map<Outcome, Long> ended, Map<Outcome, Long> late, long givenBack, int room)
            implements BatchInput {

        public Looked {
            ended = Map.copyOf(ended);
            late = Map.copyOf(late);
        }
    }

    /** Vehicles were taken up, in answer to {@link BatchOrder.Take}. */
    record Took(int vehicles) implements BatchInput {}

    /** Vehicles that waited wait no more, in answer to {@link BatchOrder.CancelWaiting}. */
    record WaitingCancelled(long vehicles) implements BatchInput {}
}
