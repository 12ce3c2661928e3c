package dev.driveline.can;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The branches of one multiplexor: what is present for raw values from {@code starts[i]} up to the
 * next start; nothing, no branch. Immutable.
 */
final class Branches {
    private final FieldPlan multiplexor;
    private final Labels labels;
    private final long[] starts;
    private final @Nullable Branch[] branches;

    /**
     * @param labels of the multiplexor: a value with a text is known, even without a branch
     */
    Branches(FieldPlan multiplexor, Labels labels, long[] starts, @Nullable Branch[] branches) {
        this.multiplexor = multiplexor;
        this.labels = labels;
        this.starts = starts;
        this.branches = branches;
    }

    /** The fields of a branch, and the multiplexors among them. */
    record Branch(FieldPlan fields, Branches[] cascade) {}

    /**
     * False where a multiplexor has a value without branch and text. A frame too short for its
     * multiplexor has no branch, and that is no fault of the catalogue.
     */
    boolean decode(byte[] buffer, int offset, int length, SignalSink sink) {
        if (!multiplexor.fits(0, length)) {
            return true;
        }
        long value = multiplexor.raw(0, buffer, offset);
        Branch branch = branch(value);
        if (branch == null) {
            return labels.of(value) != null;
        }
        branch.fields().decode(buffer, offset, length, sink);
        boolean known = true;
        for (Branches next : branch.cascade()) {
            known &= next.decode(buffer, offset, length, sink);
        }
        return known;
    }

    private @Nullable Branch branch(long value) {
        int place = Arrays.binarySearch(starts, value);
        int at = place >= 0 ? place : -place - 2;
        return at < 0 ? null : branches[at];
    }
}
