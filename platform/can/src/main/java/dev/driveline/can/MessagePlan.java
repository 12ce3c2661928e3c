package dev.driveline.can;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How to decode one message: the fields of every frame, and those of each branch. Immutable. */
final class MessagePlan {
    /** For frames that are only part of a message. */
    static final MessagePlan TRANSPORT =
            new MessagePlan(null, new FieldPlan.Builder().build(), null, Outcome.TRANSPORT);

    /** Null where frames are only part of a message. */
    final @Nullable Message message;

    private final FieldPlan always;
    private final Branches @Nullable [] branches;
    private final Outcome whole;

    private MessagePlan(
            @Nullable Message message,
            FieldPlan always,
            Branches @Nullable [] branches,
            Outcome whole) {
        this.message = message;
        this.always = always;
        this.branches = branches;
        this.whole = whole;
    }

    /** The signals of the message are numbered from {@code firstIndex}. */
    static MessagePlan of(Message message, int firstIndex) {
        return of(message, firstIndex, 0);
    }

    /**
     * The same for a payload without its first {@code skippedBits}, which the database counts.
     * Throws IllegalArgumentException where a multiplexor is missing, no integer, or selected by
     * itself.
     */
    static MessagePlan of(Message message, int firstIndex, int skippedBits) {
        var always = new FieldPlan.Builder(skippedBits);
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
        List<Branches> branches = new BranchPlanner(message, conditional, skippedBits).plan();
        return new MessagePlan(
                message,
                always.build(),
                branches.isEmpty() ? null : branches.toArray(Branches[]::new),
                Outcome.DECODED);
    }

    Outcome decode(byte[] buffer, int offset, int length, SignalSink sink) {
        always.decode(buffer, offset, length, sink);
        return branches == null ? whole : decodeBranches(branches, buffer, offset, length, sink);
    }

    private static Outcome decodeBranches(
            Branches[] branches, byte[] buffer, int offset, int length, SignalSink sink) {
        boolean known = true;
        for (Branches one : branches) {
            known &= one.decode(buffer, offset, length, sink);
        }
        return known ? Outcome.DECODED : Outcome.UNKNOWN_MULTIPLEXER;
    }

    /** A signal that is not always there, and its index in the catalogue. */
    record Conditional(Signal signal, int index, Multiplexing.When when) {}
}
