package dev.driveline.telemetry.desk;

import dev.driveline.can.ByteOrder;
import dev.driveline.can.Dbc;
import dev.driveline.can.FrameFormat;
import dev.driveline.can.Message;
import dev.driveline.can.Multiplexing;
import dev.driveline.can.Signal;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What a database holds, counted. */
record DbcSummary(Dbc dbc, List<Signal> signals) {

    static DbcSummary of(Dbc dbc) {
        return new DbcSummary(
                dbc, dbc.messages().stream().flatMap(one -> one.signals().stream()).toList());
    }

    /** Some lines, the first with the file's name. */
    String shown(Path path) {
        return """
        %s: %s%,d messages (%s), %,d signals
          signals: %,d Intel, %,d Motorola, %,d signed, %,d floats, longest message %,d bytes
          multiplexing: %,d messages with %,d multiplexed signals, %,d with several multiplexors or a cascade, %,d signals by ranges
          value tables: %,d signals, %,d texts
          attributes: cycle time of %,d messages, start value of %,d signals, SPN of %,d signals, bus type %s, protocol %s
        """
                .formatted(
                        path,
                        dbc.version().isEmpty() ? "" : "version " + dbc.version() + ", ",
                        dbc.messages().size(),
                        formats(),
                        signals.size(),
                        count(one -> one.byteOrder() == ByteOrder.INTEL),
                        count(one -> one.byteOrder() == ByteOrder.MOTOROLA),
                        count(one -> one.signed() && !one.isFloat()),
                        count(Signal::isFloat),
                        dbc.messages().stream().mapToInt(Message::length).max().orElse(0),
                        dbc.messages().stream().filter(one -> !multiplexors(one).isEmpty()).count(),
                        count(one -> one.multiplexing() instanceof Multiplexing.When),
                        dbc.messages().stream().filter(DbcSummary::isExtended).count(),
                        count(DbcSummary::hasRanges),
                        count(one -> !one.labels().isEmpty()),
                        signals.stream().mapToLong(one -> one.labels().asMap().size()).sum(),
                        dbc.messages().stream().filter(one -> one.cycleTimeMs() > 0).count(),
                        count(one -> one.startValue() != null),
                        count(one -> one.spn() > 0),
                        orNone(dbc.busType()),
                        orNone(dbc.protocolType()));
    }

    private static String orNone(String text) {
        return text.isEmpty() ? "not stated" : text;
    }

    private long count(Predicate<Signal> which) {
        return signals.stream().filter(which).count();
    }

    private String formats() {
        Map<FrameFormat, Integer> counts = new EnumMap<>(FrameFormat.class);
        dbc.messages().forEach(one -> counts.merge(one.format(), 1, Integer::sum));
        return counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + named(entry.getKey()))
                .collect(Collectors.joining(", "));
    }

    private static String named(FrameFormat format) {
        return switch (format) {
            case STANDARD -> "standard";
            case EXTENDED -> "extended";
            case STANDARD_FD -> "standard FD";
            case EXTENDED_FD -> "extended FD";
            case J1939 -> "J1939";
        };
    }

    private static Set<String> multiplexors(Message message) {
        Set<String> names = new HashSet<>();
        for (Signal signal : message.signals()) {
            if (signal.multiplexing() instanceof Multiplexing.When when) {
                names.add(when.multiplexor());
            }
        }
        return names;
    }

    private static boolean isExtended(Message message) {
        return multiplexors(message).size() > 1;
    }

    private static boolean hasRanges(Signal signal) {
        return signal.multiplexing() instanceof Multiplexing.When when
                && (when.values().size() > 1
                        || when.values().getFirst().first() < when.values().getFirst().last());
    }
}
