package dev.driveline.telemetry.sequence;

import static java.util.Objects.requireNonNull;

import dev.driveline.telemetry.sequence.Gap.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which batches of one boot did not come, in whatever order the others did. One thread.
 *
 * <p>At most {@value #MAX_GAPS} are kept; one more forgets the lowest that is FILLED, else the
 * smallest (the lowest of equal ones).
 */
public final class BootGaps {

    public static final int MAX_GAPS = 1_024;

    private final TreeMap<Long, Gap> gaps = new TreeMap<>();
    private long known;
    private GapChange change = GapChange.NONE;

    /**
     * @param known the highest number known of the boot; 0 for none
     * @param gaps below it
     */
    public BootGaps(long known, Collection<Gap> gaps) {
        this.known = known;
        gaps.forEach(gap -> this.gaps.put(gap.from(), gap));
    }

    /** The highest number known, received or not. */
    public long known() {
        return known;
    }

    /** By their first numbers. */
    public Map<Long, Gap> gaps() {
        return gaps;
    }

    /** Since this object was made. */
    public GapChange change() {
        return change;
    }

    /** A batch came. */
    public void received(long seq, long atUs) {
        if (seq > known) {
            told(seq - 1, atUs);
            known = seq;
            return;
        }
        Map.Entry<Long, Gap> below = gaps.floorEntry(seq);
        if (below == null
                || below.getValue().to() < seq
                || below.getValue().state() == State.FILLED) {
            return;
        }
        turn(below.getValue(), seq, seq, State.FILLED, atUs);
        joinFilled(seq);
        change = change.plus(new GapChange(0, 1, 0));
        bound();
    }

    /** Numbers up to this one were used. */
    public void told(long upTo, long atUs) {
        if (upTo > known) {
            gaps.put(known + 1, new Gap(known + 1, upTo, State.OPEN, atUs, null));
            change = change.plus(new GapChange(upTo - known, 0, 0));
            known = upTo;
            bound();
        }
    }

    /** The TBox discarded these, the last one included. */
    public void lost(long from, long to, long atUs) {
        told(to, atUs);
        Map.Entry<Long, Gap> below = gaps.floorEntry(from);
        long first = below == null ? from : below.getKey();
        List<Gap> touched = new ArrayList<>(gaps.subMap(first, true, to, true).values());
        for (Gap gap : touched) {
            if (gap.state() == State.OPEN && gap.to() >= from) {
                long begin = Math.max(from, gap.from());
                long end = Math.min(to, gap.to());
                turn(gap, begin, end, State.LOST, atUs);
                change = change.plus(new GapChange(0, 0, end - begin + 1));
            }
        }
        bound();
    }

    /** A part of a gap gets another state; what is left of it on both sides stays. */
    private void turn(Gap gap, long from, long to, State state, long atUs) {
        gaps.remove(gap.from());
        if (gap.from() < from) {
            gaps.put(gap.from(), gap.cut(gap.from(), from - 1));
        }
        gaps.put(from, gap.cut(from, to).turned(state, atUs));
        if (to < gap.to()) {
            gaps.put(to + 1, gap.cut(to + 1, gap.to()));
        }
    }

    /** What was one gap becomes one again as it fills. */
    private void joinFilled(long seq) {
        Gap joined = requireNonNull(gaps.get(seq));
        Map.Entry<Long, Gap> lower = gaps.lowerEntry(seq);
        if (lower != null && isContinued(lower.getValue(), joined)) {
            gaps.remove(seq);
            joined = join(lower.getValue(), joined);
        }
        Gap upper = gaps.get(joined.to() + 1);
        if (upper != null && isContinued(joined, upper)) {
            gaps.remove(upper.from());
            joined = join(joined, upper);
        }
        gaps.put(joined.from(), joined);
    }

    private static boolean isContinued(Gap lower, Gap upper) {
        return lower.to() + 1 == upper.from()
                && lower.state() == State.FILLED
                && upper.state() == State.FILLED
                && lower.sinceUs() == upper.sinceUs();
    }

    private static Gap join(Gap lower, Gap upper) {
        return new Gap(
                lower.from(),
                upper.to(),
                State.FILLED,
                lower.sinceUs(),
                Math.max(changedUs(lower), changedUs(upper)));
    }

    private static long changedUs(Gap gap) {
        Long changed = gap.changedUs();
        return changed == null ? gap.sinceUs() : changed;
    }

    private void bound() {
        while (gaps.size() > MAX_GAPS) {
            Gap least = null;
            for (Gap gap : gaps.values()) {
                if (gap.state() == State.FILLED) {
                    least = gap;
                    break;
                }
                if (least == null || gap.batches() < least.batches()) {
                    least = gap;
                }
            }
            if (least != null) {
                gaps.remove(least.from());
            }
        }
    }
}
