package dev.driveline.can;

import dev.driveline.can.Branches.Branch;
import dev.driveline.can.MessagePlan.Conditional;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Plans the branches of a message: of each multiplexor that is always there, and below it those of
 * its cascade. Each layout of a multiplexor is planned once. Of one message, of one thread.
 */
final class BranchPlanner {
    private final Message message;
    private final int skippedBits;
    private final Map<String, List<Conditional>> selectedBy = new LinkedHashMap<>();
    private final IdentityHashMap<Signal, Branches> planned = new IdentityHashMap<>();
    private final Set<String> above = new HashSet<>();

    BranchPlanner(Message message, List<Conditional> conditional, int skippedBits) {
        this.message = message;
        this.skippedBits = skippedBits;
        for (Conditional one : conditional) {
            selectedBy.computeIfAbsent(one.when().multiplexor(), _ -> new ArrayList<>()).add(one);
        }
    }

    /**
     * The branches of the multiplexors that are in every frame. Throws IllegalArgumentException
     * where a multiplexor is missing, no integer, or selected by itself.
     */
    List<Branches> plan() {
        var roots = new ArrayList<Branches>();
        for (Signal signal : message.signals()) {
            if (signal.multiplexing() instanceof Multiplexing.Always) {
                Branches branches = of(signal);
                if (branches != null) {
                    roots.add(branches);
                }
            }
        }
        var reached = new HashSet<String>();
        planned.keySet().forEach(signal -> reached.add(signal.name()));
        for (String name : selectedBy.keySet()) {
            if (!reached.contains(name)) {
                throw notDecodable(name);
            }
        }
        return roots;
    }

    /** Null where the signal selects no other. */
    private @Nullable Branches of(Signal multiplexor) {
        List<Conditional> selected = selectedBy.get(multiplexor.name());
        if (selected == null) {
            return null;
        }
        Branches before = planned.get(multiplexor);
        if (before != null) {
            return before;
        }
        if (multiplexor.isFloat() || !above.add(multiplexor.name())) {
            throw notDecodable(multiplexor.name());
        }
        long[] starts = starts(selected);
        var branches = new @Nullable Branch[starts.length];
        List<List<Conditional>> present = present(selected, starts);
        for (int i = 0; i < starts.length; i++) {
            branches[i] = branch(present.get(i));
        }
        above.remove(multiplexor.name());
        var alone = new FieldPlan.Builder(skippedBits);
        alone.add(multiplexor, 0);
        var made = new Branches(alone.build(), multiplexor.labels(), starts, branches);
        planned.put(multiplexor, made);
        return made;
    }

    private @Nullable Branch branch(List<Conditional> present) {
        if (present.isEmpty()) {
            return null;
        }
        var fields = new FieldPlan.Builder(skippedBits);
        var cascade = new ArrayList<Branches>();
        for (Conditional one : present) {
            fields.add(one.signal(), one.index());
            Branches below = of(one.signal());
            if (below != null) {
                cascade.add(below);
            }
        }
        return new Branch(fields.build(), cascade.toArray(Branches[]::new));
    }

    /** Every raw value from which on another set of signals is present. */
    private static long[] starts(List<Conditional> selected) {
        var starts = new TreeSet<Long>();
        for (Conditional one : selected) {
            for (Multiplexing.Range range : one.when().values()) {
                starts.add(range.first());
                if (range.last() < Long.MAX_VALUE) {
                    starts.add(range.last() + 1);
                }
            }
        }
        return starts.stream().mapToLong(Long::longValue).toArray();
    }

    /** What is there from each start on; in the order of the message. */
    private static List<List<Conditional>> present(List<Conditional> selected, long[] starts) {
        var present = new ArrayList<List<Conditional>>();
        for (int i = 0; i < starts.length; i++) {
            present.add(new ArrayList<>());
        }
        for (Conditional one : selected) {
            for (Multiplexing.Range range : one.when().values()) {
                int at = Arrays.binarySearch(starts, range.first());
                for (; at < starts.length && starts[at] <= range.last(); at++) {
                    List<Conditional> there = present.get(at);
                    if (there.isEmpty() || there.getLast().index() != one.index()) {
                        there.add(one);
                    }
                }
            }
        }
        return present;
    }

    private IllegalArgumentException notDecodable(String name) {
        return new IllegalArgumentException(
                "message %s: multiplexor %s is no integer signal of it, or is selected by itself"
                        .formatted(message.name(), name));
    }
}
