package dev.driveline.can;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A database while the file is being read. Of one parse, of one thread. */
final class DbcDraft {
    private static final long EXTENDED_BIT = 0x8000_0000L;

    private final Diagnostics diagnostics;
    private final Map<FrameId, MessageDraft> messages = new LinkedHashMap<>();
    private final Map<String, Labels> tables = new HashMap<>();
    private int signalCount;
    final Attributes attributes = new Attributes();
    String version = "";

    DbcDraft(Diagnostics diagnostics) {
        this.diagnostics = diagnostics;
    }

    /**
     * The identifier that a statement names by number: bit 31 says extended, and so does a number
     * of more than 11 bits. Null where it has more than 29 bits.
     */
    static @Nullable FrameId frameId(long raw) {
        long value = raw & ~EXTENDED_BIT;
        if (value > FrameId.MAX_EXTENDED) {
            return null;
        }
        return new FrameId((int) value, raw != value || value > FrameId.MAX_STANDARD);
    }

    /** Takes the message; null where there are too many. A later one of equal id replaces it. */
    @Nullable MessageDraft addMessage(MessageDraft message) {
        if (messages.size() >= DbcLimits.MAX_MESSAGES) {
            diagnostics.error(
                    message.at,
                    "message %s is left out: more than %d messages"
                            .formatted(message.name, DbcLimits.MAX_MESSAGES));
            return null;
        }
        MessageDraft replaced = messages.put(message.id, message);
        if (replaced != null) {
            signalCount -= replaced.size();
            diagnostics.warning(
                    message.at,
                    "message %s has the id %s of message %s, which it replaces"
                            .formatted(message.name, message.id, replaced.name));
        }
        return message;
    }

    boolean hasRoomForSignal() {
        return signalCount < DbcLimits.MAX_SIGNALS;
    }

    void countSignal() {
        signalCount++;
    }

    void addTable(String name, Labels labels) {
        tables.put(name, labels);
    }

    @Nullable Labels table(String name) {
        return tables.get(name);
    }

    @Nullable MessageDraft message(@Nullable FrameId id) {
        return id == null ? null : messages.get(id);
    }

    /** Applies a change to every signal of that name; false where there is none. */
    boolean forSignal(@Nullable FrameId id, String name, Consumer<SignalDraft> change) {
        MessageDraft message = message(id);
        List<SignalDraft> signals = message == null ? List.of() : message.signals(name);
        signals.forEach(change);
        return !signals.isEmpty();
    }

    Dbc build(String name) {
        var names = new HashMap<String, MessageDraft>();
        for (MessageDraft message : messages.values()) {
            attributes.applyDefaults(message);
            MessageDraft other = names.putIfAbsent(message.name, message);
            if (other != null) {
                message.name = message.name + "_" + message.id;
                diagnostics.note(
                        message.at,
                        "message name %s is also that of id %s: this one is called %s"
                                .formatted(other.name, other.id, message.name));
            }
        }
        var limit = new Presence.Limit();
        return new Dbc(
                name,
                version,
                messages.values().stream()
                        .map(message -> message.build(limit, diagnostics))
                        .toList(),
                attributes.ofFile(Attributes.BUS_TYPE),
                attributes.ofFile(Attributes.PROTOCOL_TYPE));
    }
}
