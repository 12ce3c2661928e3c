package dev.driveline.command.batch;

import dev.driveline.contract.error.InvalidValueException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a batch stops by itself. Failures are FAILED and REJECTED; vehicles that were never reached
 * count neither for nor against it.
 *
 * @param failures so many stop it; null for any number
 * @param share this share of those that were tried stops it, above 0, up to 1; null for any share
 * @param minimum of those tried, before the share is looked at
 * @param unknown whether OUTCOME_UNKNOWN is a failure, too
 */
public record StopRule(
        @Nullable Integer failures,
        @Nullable Double share,
        @Nullable Integer minimum,
        @Nullable Boolean unknown) {

    /** Where nothing is said: a fifth of at least twenty. */
    public static final StopRule USUAL = new StopRule(null, 0.2, 20, false);

    private static final int MINIMUM = 20;

    /**
     * @throws InvalidValueException naming what is out of its range
     */
    public StopRule {
        if (failures != null && failures < 1) {
            throw new InvalidValueException("stop.failures", failures, "expected at least 1");
        }
        if (share != null && !(share > 0 && share <= 1)) {
            throw new InvalidValueException("stop.share", share, "expected above 0 and up to 1");
        }
        if (minimum != null && minimum < 1) {
            throw new InvalidValueException("stop.minimum", minimum, "expected at least 1");
        }
    }

    /**
     * Why it stops now; empty if it does not.
     *
     * @param before how many had ended how when it was last told to go on
     */
    Optional<String> broken(Counts counts, Map<Outcome, Long> before) {
        long tried = 0;
        long failed = 0;
        for (Outcome outcome : Outcome.values()) {
            long many = counts.of(outcome) - before.getOrDefault(outcome, 0L);
            tried += outcome.tried() ? many : 0;
            failed += failure(outcome) ? many : 0;
        }
        Integer most = failures;
        if (most != null && failed >= most) {
            return Optional.of(failed + " failures, stop.failures is " + most);
        }
        Double part = share;
        int least = minimum == null ? MINIMUM : minimum;
        if (part != null && tried >= least && failed >= part * tried && failed > 0) {
            return Optional.of(failed + " failures of " + tried + ", stop.share is " + part);
        }
        return Optional.empty();
    }

    private boolean failure(Outcome outcome) {
        return switch (outcome) {
            case FAILED, REJECTED -> true;
            case OUTCOME_UNKNOWN -> Boolean.TRUE.equals(unknown);
            case SUCCEEDED, EXPIRED, CANCELLED, SUPERSEDED, REFUSED -> false;
        };
    }
}
