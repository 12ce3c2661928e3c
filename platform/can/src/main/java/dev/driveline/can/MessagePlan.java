package dev.driveline.can;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** How to decode one message: the fields of every frame, and those of each branch. Immutable. */
final class MessagePlan {
    private final FieldPlan always;
    private final @Nullable Branches branches;

    private MessagePlan(FieldPlan always, @Nullable Branches branches) {
        this.always = always;
        this.branches = branches;
    }

    /** The signals of the message are numbered from {@code firstIndex}. */
    static MessagePlan of(Message message, int firstIndex) {
        var always = new FieldPlan.Builder();
        var conditional = new ArrayList<Conditional>();
        int index = firstIndex;
        for (Signal signal : message.signals()) {
            switch (signal.multiplexing()) {
                case Multiplexing.Always() -> always.add(signal, index);
                case Multiplexing.When when ->
                        conditional.add(new Conditional(signal, index, when));
            }
            index++;
        }
        Branches branches = conditional.isEmpty() ? null : Branches.of(message, conditional);
        return new MessagePlan(always.build(), branches);
    }

    Outcome decode(byte[] buffer, int offset, int length, SignalSink sink) {
        always.decode(buffer, offset, length, sink);
        return branches == null ? Outcome.DECODED : branches.decode(buffer, offset, length, sink);
    }

    private record Conditional(Signal signal, int index, Multiplexing.When when) {
        boolean isIn(long value) {
            return when.values().stream()
                    .anyMatch(range -> range.first() <= value && value <= range.last());
        }
    }

    /**
     * The branches of one multiplexor: the fields for raw values from {@code starts[i]} up to the
     * next start; no fields, no branch.
     */
    private static final class Branches {
        private final FieldPlan multiplexor;
        private final long[] starts;
        private final @Nullable FieldPlan[] fields;

        private Branches(FieldPlan multiplexor, long[] starts, @Nullable FieldPlan[] fields) {
            this.multiplexor = multiplexor;
            this.starts = starts;
            this.fields = fields;
        }

        static Branches of(Message message, List<Conditional> conditional) {
            String name = conditional.getFirst().when().multiplexor();
            Signal multiplexor =
                    message.signal(name)
                            .filter(signal -> signal.multiplexing() instanceof Multiplexing.Always)
                            .filter(signal -> !signal.isFloat())
                            .orElseThrow(() -> notDecodable(message, name));
            if (conditional.stream().anyMatch(one -> !one.when().multiplexor().equals(name))) {
                throw notDecodable(message, name);
            }
            long[] starts = starts(conditional);
            var fields = new @Nullable FieldPlan[starts.length];
            for (int i = 0; i < starts.length; i++) {
                long value = starts[i];
                var branch = new FieldPlan.Builder();
                conditional.stream()
                        .filter(one -> one.isIn(value))
                        .forEach(one -> branch.add(one.signal(), one.index()));
                fields[i] = branch.isEmpty() ? null : branch.build();
            }
            var alone = new FieldPlan.Builder();
            alone.add(multiplexor, 0);
            return new Branches(alone.build(), starts, fields);
        }

        private static IllegalArgumentException notDecodable(Message message, String name) {
            return new IllegalArgumentException(
                    "message %s: %s is not its only multiplexor, unconditional and an integer"
                            .formatted(message.name(), name));
        }

        /** Every raw value from which on another set of signals is present. */
        private static long[] starts(List<Conditional> conditional) {
            var starts = new TreeSet<Long>();
            for (Conditional one : conditional) {
                for (Multiplexing.Range range : one.when().values()) {
                    starts.add(range.first());
                    if (range.last() < Long.MAX_VALUE) {
                        starts.add(range.last() + 1);
                    }
                }
            }
            return starts.stream().mapToLong(Long::longValue).toArray();
        }

        /**
         * A frame too short for its multiplexor has no branch, and is no fault of the catalogue.
         */
        Outcome decode(byte[] buffer, int offset, int length, SignalSink sink) {
            if (!multiplexor.fits(0, length)) {
                return Outcome.DECODED;
            }
            int place = Arrays.binarySearch(starts, multiplexor.raw(0, buffer, offset));
            int branch = place >= 0 ? place : -place - 2;
            FieldPlan present = branch < 0 ? null : fields[branch];
            if (present == null) {
                return Outcome.UNKNOWN_MULTIPLEXER;
            }
            present.decode(buffer, offset, length, sink);
            return Outcome.DECODED;
        }
    }
}
