package dev.driveline.can;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
        warnBeyondEnd(signal, named, diagnostics);
    }

    private boolean repeats(SignalDraft signal) {
        return signals(signal.name).stream()
                .anyMatch(other ->
                        other.multiplexing == null
                                || signal.multiplexing == null
                                || Objects.equals(
                                        other.multiplexing.text(), signal.multiplexing.text()));
    }

    private void warnBeyondEnd(SignalDraft signal, String named, Diagnostics diagnostics) {
        int needed = signal.build(null).bytesNeeded();
        if (needed > length) {
            diagnostics.warning(
                    signal.at,
                    "%s ends in byte %d, but the message has %d bytes"
                            .formatted(named, needed, length));
        }
    }

    Message build(Diagnostics diagnostics) {
        restoreLongNames(diagnostics);
        checkValueTypes(diagnostics);
        String multiplexor = multiplexor(diagnostics);
        List<Signal> built =
                signals.stream()
                        .filter(signal -> isAlways(signal) || multiplexor != null)
                        .map(signal -> signal.build(multiplexor))
                        .toList();
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

    private static boolean isAlways(SignalDraft signal) {
        return signal.multiplexing == null || signal.isMultiplexor();
    }

    /** Two long names that are equal would make one signal of two: the short ones stay. */
    private void restoreLongNames(Diagnostics diagnostics) {
        var shortNames = new HashMap<String, String>();
        for (SignalDraft signal : signals) {
            String before = shortNames.putIfAbsent(signal.name, signal.at.text());
            if (before != null && !before.equals(signal.at.text())) {
                diagnostics.warning(
                        signal.at,
                        "long name %s of signal %s is also that of %s: the short one stays"
                                .formatted(signal.name, signal.at.text(), before));
                signal.name = signal.at.text();
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

    /** The name of the only multiplexor, null where there is none or the signals need several. */
    private @Nullable String multiplexor(Diagnostics diagnostics) {
        List<SignalDraft> multiplexors =
                signals.stream().filter(SignalDraft::isMultiplexor).toList();
        boolean cascaded = signals.stream().anyMatch(SignalDraft::isCascaded);
        boolean multiplexed = signals.stream().anyMatch(SignalDraft::isMultiplexed);
        if (!cascaded && !multiplexed) {
            return null;
        }
        if (!cascaded && multiplexors.size() == 1) {
            return multiplexors.getFirst().name;
        }
        diagnostics.warning(
                at,
                "the multiplexed signals of message %s are left out: it has %d simple multiplexors%s"
                        .formatted(
                                at.text(),
                                multiplexors.size(),
                                cascaded ? " and cascaded ones, which are not decoded yet" : ""));
        return null;
    }
}
