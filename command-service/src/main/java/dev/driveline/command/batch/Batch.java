package dev.driveline.command.batch;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the machine knows of a batch.
 *
 * @param end why it is over, or is about to be; null before
 * @param why its stop rule halted it; null unless it did
 * @param judgedFrom what had ended when it was last told to go on: the stop rule looks at what came
 *     since
 */
public record Batch(
        BatchState state,
        @Nullable BatchEnd end,
        @Nullable String why,
        Counts counts,
        Map<Outcome, Long> judgedFrom,
        Pace pace) {

    public static final Batch FRESH =
            new Batch(BatchState.OPEN, null, null, Counts.NONE, Map.of(), Pace.START);

    public Batch {
        judgedFrom = Map.copyOf(judgedFrom);
    }

    Batch in(BatchState next) {
        return new Batch(next, end, why, counts, judgedFrom, pace);
    }

    Batch ending(BatchEnd as) {
        return new Batch(BatchState.ENDING, as, why, counts, judgedFrom, pace);
    }

    Batch halted(String because) {
        return new Batch(BatchState.HALTED, end, because, counts, judgedFrom, pace);
    }

    Batch resumed() {
        return new Batch(BatchState.RUNNING, end, null, counts, counts.ended(), pace);
    }

    Batch with(Counts changed) {
        return new Batch(state, end, why, changed, judgedFrom, pace);
    }

    Batch with(Pace changed) {
        return new Batch(state, end, why, counts, judgedFrom, changed);
    }

    boolean nothingLeft() {
        return counts.waiting() == 0 && counts.underway() == 0;
    }
}
