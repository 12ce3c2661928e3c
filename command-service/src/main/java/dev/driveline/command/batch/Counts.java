package dev.driveline.command.batch;

import java.util.EnumMap;
import java.util.Map;

/**
 * How many vehicles of a batch stand where; each is counted once.
 *
 * @param waiting nothing was sent yet
 * @param underway taken up, and not ended
 * @param ended by outcome; an outcome that nothing had is missing
 */
public record Counts(long waiting, long underway, Map<Outcome, Long> ended) {

    public static final Counts NONE = new Counts(0, 0, Map.of());

    public Counts {
        ended = Map.copyOf(ended);
        if (waiting < 0 || underway < 0 || ended.values().stream().anyMatch(many -> many < 0)) {
            throw new IllegalArgumentException(
                    "counts of a batch below zero: %d %d %s".formatted(waiting, underway, ended));
        }
    }

    public long of(Outcome outcome) {
        return ended.getOrDefault(outcome, 0L);
    }

    public long total() {
        return waiting + underway + ended.values().stream().mapToLong(Long::longValue).sum();
    }

    Counts added(long vehicles) {
        return new Counts(waiting + vehicles, underway, ended);
    }

    Counts took(long vehicles) {
        return new Counts(waiting - vehicles, underway + vehicles, ended);
    }

    Counts cancelled(long vehicles) {
        return new Counts(waiting - vehicles, underway, plus(Map.of(Outcome.CANCELLED, vehicles)));
    }

    /** What a look at the rows found. */
    Counts found(BatchInput.Looked looked) {
        long settled = sum(looked.ended());
        long corrected = sum(looked.late());
        Map<Outcome, Long> after = new EnumMap<>(Outcome.class);
        after.putAll(plus(looked.ended()));
        looked.late().forEach((outcome, many) -> after.merge(outcome, many, Long::sum));
        if (corrected > 0) {
            after.merge(Outcome.OUTCOME_UNKNOWN, -corrected, Long::sum);
        }
        return new Counts(
                waiting + looked.givenBack(), underway - looked.givenBack() - settled, after);
    }

    private Map<Outcome, Long> plus(Map<Outcome, Long> more) {
        Map<Outcome, Long> after = new EnumMap<>(Outcome.class);
        after.putAll(ended);
        more.forEach((outcome, many) -> after.merge(outcome, many, Long::sum));
        return after;
    }

    private static long sum(Map<Outcome, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
