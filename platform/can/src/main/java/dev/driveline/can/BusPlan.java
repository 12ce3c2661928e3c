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

    /** Of the messages that ISO-TP carries. */
    private final Map<Integer, MessagePlan> isoTp;

    private BusPlan(
            boolean byGroup, Map<Integer, MessagePlan> byKey, Map<Integer, MessagePlan> isoTp) {
        this.byGroup = byGroup;
        this.isoTp = Map.copyOf(isoTp);
        int capacity = Math.max(4, Integer.highestOneBit(Math.max(1, byKey.size())) * 4);
        shift = Integer.numberOfLeadingZeros(capacity) + 1;
        keys = new int[capacity];
        plans = new @Nullable MessagePlan[capacity];
        byKey.forEach(this::put);
    }

    /** The signals of the bus are numbered from {@code firstIndex}. */
    static BusPlan of(CatalogueBus bus, int firstIndex) {
        var byKey = new HashMap<Integer, MessagePlan>();
        var isoTp = new HashMap<Integer, MessagePlan>();
        int skippedBits = bus.transport().skippedBits();
        if (bus.matching() == Matching.J1939) {
            byKey.put(EXTENDED_BIT | J1939Transport.CONTROL_GROUP, MessagePlan.TRANSPORT);
            byKey.put(EXTENDED_BIT | J1939Transport.DATA_GROUP, MessagePlan.TRANSPORT);
        }
        int index = firstIndex;
        for (Message message : bus.dbc().messages()) {
            int key = keyOf(message, bus.matching());
            if (bus.isIsoTp(message)) {
                isoTp.putIfAbsent(key, MessagePlan.of(message, index, skippedBits));
                byKey.putIfAbsent(key, MessagePlan.TRANSPORT);
            } else {
                byKey.putIfAbsent(key, MessagePlan.of(message, index));
            }
            index += message.signals().size();
        }
        return new BusPlan(bus.matching() == Matching.J1939, byKey, isoTp);
    }

    /** Messages that no frame can reach because an earlier one has their parameter group. */
    static List<Diagnostic> diagnose(CatalogueBus bus) {
        var first = new HashMap<Integer, Message>();
        var found = new ArrayList<Diagnostic>();
        for (Message message : bus.dbc().messages()) {
            FrameId id = message.id();
            if (bus.matching() == Matching.J1939
                    && id.extended()
                    && J1939Transport.carries(Pgn.numberOf(id.value()))) {
                found.add(
                        note(
                                "message %s (%s) describes the transport protocol's own frames: they are put together, not decoded"
                                        .formatted(message.name(), id)));
            }
            found.addAll(diagnoseTransport(bus, message));
            Message earlier = first.putIfAbsent(keyOf(message, bus.matching()), message);
            if (earlier != null) {
                found.add(
                        note(
                                "message %s (%s) has PGN %s of message %s, which takes its frames"
                                        .formatted(
                                                message.name(), id, Pgn.of(id), earlier.name())));
            }
        }
        return found;
    }

    private static List<Diagnostic> diagnoseTransport(CatalogueBus bus, Message message) {
        var found = new ArrayList<Diagnostic>();
        if (bus.isIsoTp(message)) {
            for (Signal signal : message.signals()) {
                if (signal.firstBit() < bus.transport().skippedBits()) {
                    found.add(
                            note(
                                    "signal %s of message %s lies in the length byte before the payload: it is never present"
                                            .formatted(signal.name(), message.name())));
                }
            }
        } else if (bus.matching() == Matching.EXACT
                && message.length() > CatalogueBus.MAX_FD_BYTES) {
            found.add(
                    note(
                            "message %s (%s) has %d bytes, more than any frame: without ISO-TP on the bus it is never whole"
                                    .formatted(message.name(), message.id(), message.length())));
        }
        return found;
    }

    private static Diagnostic note(String text) {
        return new Diagnostic(Diagnostic.Severity.NOTE, 0, 0, text);
    }

    private static int keyOf(Message message, Matching matching) {
        FrameId id = message.id();
        return key(id.value(), id.extended(), matching == Matching.J1939);
    }

    /** An identifier as one number, bit 31 set where extended. */
    static int wholeKey(int id, int flags) {
        return key(id, (flags & FrameFlags.EXTENDED) != 0, false);
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

    /** The plan of a message that a transport carried. */
    @Nullable MessagePlan findMessage(int id, int flags) {
        MessagePlan plan = isoTp.get(key(id, (flags & FrameFlags.EXTENDED) != 0, byGroup));
        return plan == null ? find(id, flags) : plan;
    }

    boolean isIsoTp(int id, int flags) {
        return isoTp.containsKey(key(id, (flags & FrameFlags.EXTENDED) != 0, byGroup));
    }

    boolean isJ1939Transport(int id, int flags) {
        return byGroup
                && (flags & FrameFlags.EXTENDED) != 0
                && J1939Transport.carries(Pgn.numberOf(id));
    }
}
