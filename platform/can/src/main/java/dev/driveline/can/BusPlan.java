package dev.driveline.can;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the plan of an identifier in an open hash of primitive keys. A key is the identifier, bit
 * 31 set where extended; under J1939 an extended one's key is its parameter group. Immutable.
 */
final class BusPlan {
    private static final int EXTENDED_BIT = 1 << 31;
    private static final int SPREAD = 0x9E37_79B9;

    private final boolean byGroup;
    private final int shift;
    private final int[] keys;
    private final @Nullable MessagePlan[] plans;

    private BusPlan(boolean byGroup, Map<Integer, MessagePlan> byKey) {
        this.byGroup = byGroup;
        int capacity = Math.max(4, Integer.highestOneBit(Math.max(1, byKey.size())) * 4);
        shift = Integer.numberOfLeadingZeros(capacity) + 1;
        keys = new int[capacity];
        plans = new @Nullable MessagePlan[capacity];
        byKey.forEach(this::put);
    }

    /** The signals of the bus are numbered from {@code firstIndex}. */
    static BusPlan of(CatalogueBus bus, int firstIndex) {
        var byKey = new HashMap<Integer, MessagePlan>();
        int index = firstIndex;
        for (Message message : bus.dbc().messages()) {
            byKey.putIfAbsent(keyOf(message, bus.matching()), MessagePlan.of(message, index));
            index += message.signals().size();
        }
        return new BusPlan(bus.matching() == Matching.J1939, byKey);
    }

    /** Messages that no frame can reach because an earlier one has their parameter group. */
    static List<Diagnostic> diagnose(CatalogueBus bus) {
        var first = new HashMap<Integer, Message>();
        var found = new ArrayList<Diagnostic>();
        for (Message message : bus.dbc().messages()) {
            Message earlier = first.putIfAbsent(keyOf(message, bus.matching()), message);
            if (earlier != null) {
                found.add(
                        new Diagnostic(
                                Diagnostic.Severity.WARNING,
                                0,
                                0,
                                "message %s (%s) has PGN %s of message %s, which takes its frames"
                                        .formatted(
                                                message.name(),
                                                message.id(),
                                                Pgn.of(message.id()),
                                                earlier.name())));
            }
        }
        return found;
    }

    private static int keyOf(Message message, Matching matching) {
        FrameId id = message.id();
        return key(id.value(), id.extended(), matching == Matching.J1939);
    }

    private static int key(int id, boolean extended, boolean byGroup) {
        if (!extended) {
            return id;
        }
        return EXTENDED_BIT | (byGroup ? Pgn.numberOf(id) : id);
    }

    private void put(int key, MessagePlan plan) {
        int slot = (key * SPREAD) >>> shift;
        while (plans[slot] != null) {
            slot = (slot + 1) & (keys.length - 1);
        }
        keys[slot] = key;
        plans[slot] = plan;
    }

    @Nullable MessagePlan find(int id, int flags) {
        int key = key(id, (flags & FrameFlags.EXTENDED) != 0, byGroup);
        int slot = (key * SPREAD) >>> shift;
        while (true) {
            MessagePlan plan = plans[slot];
            if (plan == null || keys[slot] == key) {
                return plan;
            }
            slot = (slot + 1) & (keys.length - 1);
        }
    }
}
