package dev.driveline.can;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message while the file is being read. Of one parse, of one thread. */
final class MessageDraft {
    final Token at;
    final FrameId id;
    final int length;
    String name;
    String comment = "";
    @Nullable Integer cycleTimeMs;
    @Nullable FrameFormat format;
    private final List<SignalDraft> signals = new ArrayList<>();
    private final Map<String, List<SignalDraft>> byName = new HashMap<>();
    private final Map<String, Selection> selections = new HashMap<>();

    MessageDraft(Token at, FrameId id, int length) {
        this.at = at;
        this.id = id;
        this.length = length;
        name = at.text();
    }

    /** By the name in SG_, before long names are restored. */
    List<SignalDraft> signals(String shortName) {
        return byName.getOrDefault(shortName, List.of());
    }

    /** What SG_MUL_VAL_ said first of the signals of a name; null where it said nothing. */
    @Nullable Selection selection(String shortName) {
        return selections.get(shortName);
    }

    void select(String shortName, Selection said) {
        selections.put(shortName, said);
    }

    /** In the order of the file. */
    List<SignalDraft> signals() {
        return signals;
    }

    int size() {
        return signals.size();
    }

    /** Takes the signal, or says why not. */
    void add(SignalDraft signal, DbcDraft draft, Diagnostics diagnostics) {
        String named = "signal %s of message %s".formatted(signal.name, at.text());
        if (signals.size() >= DbcLimits.MAX_SIGNALS_PER_MESSAGE || !draft.hasRoomForSignal()) {
            diagnostics.error(
                    signal.at,
                    "%s is left out: more than %d signals in the message or %d in the file"
                            .formatted(
                                    named,
                                    DbcLimits.MAX_SIGNALS_PER_MESSAGE,
                                    DbcLimits.MAX_SIGNALS));
            return;
        }
        if (!signal.hasKnownMultiplexing()) {
            diagnostics.error(
                    signal.at,
                    "%s is left out: its multiplexing is not M, mN or mNM".formatted(named));
            return;
        }
        if (signal.length > Signal.MAX_LENGTH) {
            diagnostics.warning(
                    signal.at,
                    "%s is left out: its %d bits are more than %d (a text?)"
                            .formatted(named, signal.length, Signal.MAX_LENGTH));
            return;
        }
        if (signal.length == 0) {
            diagnostics.error(signal.at, named + " is left out: it has 0 bits");
            return;
        }
        if (repeats(signal)) {
            diagnostics.warning(
                    signal.at, named + " is left out: the message has one of this name already");
            return;
        }
        draft.countSignal();
        signals.add(signal);
        byName.computeIfAbsent(signal.name, _ -> new ArrayList<>()).add(signal);
        noteBeyondEnd(signal, named, diagnostics);
    }

    private boolean repeats(SignalDraft signal) {
        return signals(signal.name).stream()
                .anyMatch(other ->
                        !other.hasValue() || !signal.hasValue() || other.value() == signal.value());
    }

    private void noteBeyondEnd(SignalDraft signal, String named, Diagnostics diagnostics) {
        int needed = signal.build(Multiplexing.always()).bytesNeeded();
        if (needed > length) {
            diagnostics.note(
                    signal.at,
                    "%s ends in byte %d, but the message has %d bytes"
                            .formatted(named, needed, length));
        }
    }

    Message build(Presence.Limit limit, Diagnostics diagnostics) {
        restoreLongNames(diagnostics);
        checkValueTypes(diagnostics);
        checkStartValues(diagnostics);
        List<Signal> built = new Presence(this, limit, diagnostics).resolve();
        FrameFormat defaulted = id.extended() ? FrameFormat.EXTENDED : FrameFormat.STANDARD;
        return new Message(
                name,
                id,
                format == null ? defaulted : format,
                length,
                built,
                cycleTimeMs == null ? 0 : cycleTimeMs,
                comment);
    }

    /** Two equal names would make one signal of two: the short ones stay. */
    private void restoreLongNames(Diagnostics diagnostics) {
        var owners = new HashMap<String, String>();
        byName.keySet().forEach(name -> owners.put(name, name));
        for (SignalDraft signal : signals) {
            String shortName = signal.at.text();
            String owner = owners.putIfAbsent(signal.name, shortName);
            if (owner != null && !owner.equals(shortName)) {
                diagnostics.note(
                        signal.at,
                        "long name %s of signal %s is also that of %s: the short one stays"
                                .formatted(signal.name, shortName, owner));
                signal.name = shortName;
            }
        }
    }

    private void checkStartValues(Diagnostics diagnostics) {
        for (SignalDraft signal : signals) {
            if (!signal.holdsStartValue()) {
                diagnostics.note(
                        signal.at,
                        "start value %s of signal %s of message %s does not fit in it: left out"
                                .formatted(signal.startValue, signal.at.text(), at.text()));
                signal.startValue = null;
            }
        }
    }

    private void checkValueTypes(Diagnostics diagnostics) {
        for (SignalDraft signal : signals) {
            int bits = signal.valueType == ValueType.FLOAT ? Float.SIZE : Double.SIZE;
            if (signal.valueTypeAt != null
                    && signal.valueType != ValueType.INTEGER
                    && signal.length != bits) {
                diagnostics.error(
                        signal.valueTypeAt,
                        "signal %s of message %s is a %s of %d bits, not %d: taken as an integer"
                                .formatted(
                                        signal.at.text(),
                                        at.text(),
                                        signal.valueType,
                                        signal.length,
                                        bits));
                signal.valueType = ValueType.INTEGER;
            }
        }
    }
}
