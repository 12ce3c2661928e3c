package dev.driveline.can;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides when each signal of a message is present: always, or by which values of which
 * multiplexor. What SG_MUL_VAL_ says counts before what stands in SG_; without it, {@code mN} is
 * selected by the message's only {@code M}. A signal of which that cannot be said is left out with
 * a note: it may be missing, never wrong. Of one message, of one thread. Source: DBC, {@code SG_}
 * and {@code SG_MUL_VAL_}; the oracle's reading where they do not say.
 */
final class Presence {
    private final MessageDraft message;
    private final Limit limit;
    private final Diagnostics diagnostics;
    private final Map<SignalDraft, Multiplexing> present = new HashMap<>();
    private final Map<String, List<SignalDraft>> selectedBy = new HashMap<>();
    private final Map<String, NavigableMap<Long, List<Multiplexing.Range>>> byLayout =
            new HashMap<>();

    /** How many signals the branches of the file's messages may still have. */
    static final class Limit {
        private long left = DbcLimits.MAX_BRANCH_SIGNALS;

        private boolean take(long wanted) {
            if (wanted > left) {
                return false;
            }
            left -= wanted;
            return true;
        }
    }

    Presence(MessageDraft message, Limit limit, Diagnostics diagnostics) {
        this.message = message;
        this.limit = limit;
        this.diagnostics = diagnostics;
    }

    /** The signals that are kept, in the order of the file. */
    List<Signal> resolve() {
        String only = onlyMultiplexor();
        for (SignalDraft signal : message.signals()) {
            Selection selection = message.selection(signal.at.text());
            if (selection != null) {
                select(signal, selection.multiplexor(), values(signal, selection));
            } else if (signal.hasValue()) {
                selectByValue(signal, only);
            } else {
                present.put(signal, Multiplexing.always());
            }
        }
        Set<SignalDraft> reached = reached();
        var built = new ArrayList<Signal>();
        for (SignalDraft signal : message.signals()) {
            Multiplexing when = present.get(signal);
            if (when != null && reached.contains(signal)) {
                built.add(signal.build(when));
            } else if (when != null) {
                leaveOut(
                        signal,
                        "its multiplexor is left out, never present, or selected by itself");
            }
        }
        return built;
    }

    /** The short name of the only {@code M}; null where there is none or several. */
    private @Nullable String onlyMultiplexor() {
        List<SignalDraft> simple =
                message.signals().stream()
                        .filter(signal -> signal.isMultiplexor() && !signal.hasValue())
                        .toList();
        return simple.size() == 1 ? simple.getFirst().at.text() : null;
    }

    private void selectByValue(SignalDraft signal, @Nullable String only) {
        if (only == null) {
            leaveOut(
                    signal, "neither SG_MUL_VAL_ nor a single M says which multiplexor selects it");
        } else {
            select(signal, only, List.of(new Multiplexing.Range(signal.value(), signal.value())));
        }
    }

    private void select(SignalDraft signal, String name, List<Multiplexing.Range> values) {
        List<SignalDraft> multiplexors = message.signals(name);
        boolean usable =
                !multiplexors.isEmpty()
                        && multiplexors.stream()
                                .allMatch(one ->
                                        one.isMultiplexor() && one.valueType == ValueType.INTEGER);
        if (!usable) {
            leaveOut(signal, "its multiplexor %s is no integer signal marked M".formatted(name));
            return;
        }
        int bits = multiplexors.stream().mapToInt(one -> one.length).max().orElse(0);
        if (values.stream()
                .noneMatch(range -> Long.SIZE - Long.numberOfLeadingZeros(range.first()) <= bits)) {
            diagnostics.note(
                    signal.at,
                    "signal %s of message %s is never present: its multiplexor %s of %d bits has no value of %d"
                            .formatted(
                                    signal.at.text(),
                                    message.at.text(),
                                    name,
                                    bits,
                                    values.getFirst().first()));
        }
        present.put(signal, new Multiplexing.When(multiplexors.getFirst().name, values));
        selectedBy.computeIfAbsent(name, _ -> new ArrayList<>()).add(signal);
    }

    /**
     * The ranges of a signal. SG_MUL_VAL_ names a signal, not a layout: where a name has several,
     * which differ by their {@code mN}, each takes the ranges with its own N and no other's.
     */
    private List<Multiplexing.Range> values(SignalDraft signal, Selection selection) {
        String name = signal.at.text();
        if (message.signals(name).size() == 1) {
            return selection.values();
        }
        List<Multiplexing.Range> own =
                byLayout.computeIfAbsent(name, _ -> divide(name, selection.values()))
                        .getOrDefault(signal.value(), List.of());
        return own.isEmpty()
                ? List.of(new Multiplexing.Range(signal.value(), signal.value()))
                : own;
    }

    private NavigableMap<Long, List<Multiplexing.Range>> divide(
            String name, List<Multiplexing.Range> ranges) {
        var divided = new TreeMap<Long, List<Multiplexing.Range>>();
        message.signals(name).forEach(one -> divided.put(one.value(), new ArrayList<>()));
        for (Multiplexing.Range range : ranges) {
            var held = divided.subMap(range.first(), true, range.last(), true);
            if (!held.isEmpty() && held.firstKey().equals(held.lastKey())) {
                held.firstEntry().getValue().add(range);
            }
        }
        return divided;
    }

    /** From what is always there, down the cascades, as far as depth and size are within limits. */
    private Set<SignalDraft> reached() {
        var reached = new HashSet<SignalDraft>();
        var names = new ArrayDeque<String>();
        var depths = new HashMap<String, Integer>();
        present.forEach((signal, when) -> {
            if (when instanceof Multiplexing.Always) {
                reached.add(signal);
                var _ = enter(signal, 1, names, depths);
            }
        });
        while (!names.isEmpty()) {
            String name = names.remove();
            int depth = depths.getOrDefault(name, 1);
            List<SignalDraft> selected = selectedBy.getOrDefault(name, List.of());
            if (depth > DbcLimits.MAX_CASCADE || !limit.take(size(name, selected))) {
                refuse(name, depth);
                continue;
            }
            for (SignalDraft signal : selected) {
                if (enter(signal, depth + 1, names, depths)) {
                    reached.add(signal);
                }
            }
        }
        return reached;
    }

    /**
     * False where a multiplexor of that name stands at another depth: the same name above itself
     * would be a circle.
     */
    private boolean enter(
            SignalDraft signal, int depth, ArrayDeque<String> names, Map<String, Integer> depths) {
        String name = signal.at.text();
        if (!selectedBy.containsKey(name)) {
            return true;
        }
        Integer before = depths.putIfAbsent(name, depth);
        if (before == null) {
            names.add(name);
        }
        return before == null || before == depth;
    }

    private void refuse(String name, int depth) {
        diagnostics.error(
                message.at,
                depth > DbcLimits.MAX_CASCADE
                        ? "multiplexor %s of message %s is left out: more than %d above one another"
                                .formatted(name, message.at.text(), DbcLimits.MAX_CASCADE)
                        : "multiplexor %s of message %s is left out: more than %d signals in branches"
                                .formatted(name, message.at.text(), DbcLimits.MAX_BRANCH_SIGNALS));
    }

    /** How many signals a multiplexor's branches have, counted for each of its layouts. */
    private long size(String name, List<SignalDraft> selected) {
        var starts = new TreeSet<Long>();
        for (SignalDraft signal : selected) {
            for (Multiplexing.Range range : ranges(signal)) {
                starts.add(range.first());
                starts.add(range.last() + 1);
            }
        }
        Long[] sorted = starts.toArray(Long[]::new);
        long size = 0;
        for (SignalDraft signal : selected) {
            for (Multiplexing.Range range : ranges(signal)) {
                size += place(sorted, range.last() + 1) - place(sorted, range.first());
            }
        }
        return size * message.signals(name).size();
    }

    private static int place(Long[] sorted, long value) {
        return Arrays.binarySearch(sorted, value);
    }

    private List<Multiplexing.Range> ranges(SignalDraft signal) {
        return present.get(signal) instanceof Multiplexing.When when ? when.values() : List.of();
    }

    private void leaveOut(SignalDraft signal, String why) {
        diagnostics.note(
                signal.at,
                "signal %s of message %s is left out: %s"
                        .formatted(signal.at.text(), message.at.text(), why));
    }
}
