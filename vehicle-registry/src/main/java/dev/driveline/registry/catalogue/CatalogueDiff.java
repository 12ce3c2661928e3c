package dev.driveline.registry.catalogue;

import dev.driveline.can.Catalogue;
import dev.driveline.can.CatalogueBus;
import dev.driveline.can.CatalogueSignal;
import dev.driveline.can.Message;
import dev.driveline.can.Multiplexing;
import dev.driveline.can.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What one catalogue has that another has not: by full name, in order. */
public record CatalogueDiff(Changes messages, Changes signals) {

    /** Names; a signal with several layouts counts once. */
    public record Changes(List<String> added, List<String> removed, List<Change> changed) {

        static Changes of(Map<String, String> before, Map<String, String> after) {
            List<String> added = new ArrayList<>(after.keySet());
            added.removeAll(before.keySet());
            List<String> removed = new ArrayList<>(before.keySet());
            removed.removeAll(after.keySet());
            List<Change> changed = new ArrayList<>();
            before.forEach((name, was) -> {
                String is = after.get(name);
                if (is != null && !is.equals(was)) {
                    changed.add(new Change(name, was, is));
                }
            });
            return new Changes(added, removed, changed);
        }
    }

    /** {@code before} and {@code after} describe it in words, for people. */
    public record Change(String name, String before, String after) {}

    public static CatalogueDiff of(Catalogue before, Catalogue after) {
        return new CatalogueDiff(
                Changes.of(messagesOf(before), messagesOf(after)),
                Changes.of(signalsOf(before), signalsOf(after)));
    }

    private static Map<String, String> messagesOf(Catalogue catalogue) {
        Map<String, String> messages = new TreeMap<>();
        for (CatalogueBus bus : catalogue.buses()) {
            for (Message message : bus.dbc().messages()) {
                messages.merge(
                        bus.name() + "." + message.name(),
                        String.format(
                                Locale.ROOT,
                                "id %s, %s, %d bytes, every %d ms, %s",
                                message.id(),
                                message.format(),
                                message.length(),
                                message.cycleTimeMs(),
                                bus.matching()),
                        (one, other) -> one + "; " + other);
            }
        }
        return messages;
    }

    private static Map<String, String> signalsOf(Catalogue catalogue) {
        Map<String, String> signals = new TreeMap<>();
        for (CatalogueSignal signal : catalogue.signals()) {
            signals.merge(
                    signal.fullName(),
                    wordsOf(signal.signal()),
                    (one, other) -> one + "; " + other);
        }
        return signals;
    }

    private static String wordsOf(Signal signal) {
        StringBuilder words =
                new StringBuilder(
                        String.format(
                                Locale.ROOT,
                                "bits %d+%d %s %s%s, × %s + %s, %s to %s %s",
                                signal.start(),
                                signal.length(),
                                signal.byteOrder(),
                                signal.signed() ? "signed " : "",
                                signal.valueType(),
                                signal.factor(),
                                signal.offset(),
                                signal.minimum(),
                                signal.maximum(),
                                signal.unit()));
        if (signal.multiplexing() instanceof Multiplexing.When when) {
            words.append(", when ").append(when.multiplexor());
            when.values()
                    .forEach(range ->
                            words.append(' ')
                                    .append(range.first())
                                    .append('-')
                                    .append(range.last()));
        }
        if (!signal.labels().isEmpty()) {
            words.append(", ").append(signal.labels());
        }
        return words.toString();
    }
}
