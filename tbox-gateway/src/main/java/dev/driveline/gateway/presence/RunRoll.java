package dev.driveline.gateway.presence;

import dev.driveline.contract.id.RunId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which gateway runs live, judged from the log of heartbeats alone. Not thread-safe.
 *
 * <pre>
 * LIVING ── it says that it has ended, or a newer run appears in its slot, or
 *           {@value #SILENT_BEATS} heartbeats of our own are read since its last ──▶ DEAD
 * DEAD ── it is heard again (it was only slow) ──▶ LIVING
 * </pre>
 *
 * Silence is counted in our own heartbeats as read back from the log: a reader that stands still,
 * or a Kafka that is away, makes nobody dead.
 */
public final class RunRoll {

    static final int SILENT_BEATS = 10;

    private final RunId own;
    private final Map<RunId, Run> runs = new HashMap<>();
    private final Map<Integer, RunId> bySlot = new HashMap<>();
    private long ownBeats;

    private static final class Run {
        long heardAtBeat;
        boolean dead;
        boolean replaced;

        Run(long heardAtBeat) {
            this.heardAtBeat = heardAtBeat;
        }
    }

    public RunRoll(RunId own) {
        this.own = own;
    }

    /**
     * A heartbeat was read, in log order.
     *
     * @return the runs that are dead by it and were not before
     */
    public Set<RunId> heard(RunId run, int slot, boolean ended) {
        Set<RunId> died = new HashSet<>();
        Run known = runs.computeIfAbsent(run, first -> new Run(ownBeats));
        known.heardAtBeat = ownBeats;
        if (!known.replaced) {
            replaceFormer(slot, run, died);
        }
        if (ended) {
            die(run, died);
        } else if (!known.replaced) {
            known.dead = false;
        }
        if (run.equals(own)) {
            ownBeats++;
            judgeSilence(died);
        }
        return died;
    }

    /** A presence record names a run; one that nobody has heard yet gets its time to speak. */
    public boolean dead(RunId run) {
        return runs.computeIfAbsent(run, unheard -> new Run(ownBeats)).dead;
    }

    private void replaceFormer(int slot, RunId run, Set<RunId> died) {
        RunId former = bySlot.put(slot, run);
        if (former != null && !former.equals(run)) {
            runs.computeIfAbsent(former, first -> new Run(ownBeats)).replaced = true;
            die(former, died);
        }
    }

    private void judgeSilence(Set<RunId> died) {
        for (Map.Entry<RunId, Run> entry : runs.entrySet()) {
            Run run = entry.getValue();
            if (!run.dead
                    && !entry.getKey().equals(own)
                    && ownBeats - run.heardAtBeat >= SILENT_BEATS) {
                die(entry.getKey(), died);
            }
        }
    }

    private void die(RunId id, Set<RunId> died) {
        Run run = runs.get(id);
        if (run != null && !run.dead && !id.equals(own)) {
            run.dead = true;
            died.add(id);
        }
    }
}
