package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Compares a decoded frame with a line of the oracle: no signal more, none less. */
final class GoldenValues {
    private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(64);

    private GoldenValues() {}

    static void assertEqual(JsonNode expected, CollectingSink actual, String where) {
        JsonNode raw = expected.get("raw");
        assertEquals(names(raw), new TreeSet<>(actual.raw.keySet()), where);
        for (Map.Entry<String, CatalogueSignal> entry : actual.signals.entrySet()) {
            String name = entry.getKey();
            String at = where + " " + entry.getValue().fullName();
            Number value = actual.raw.get(name);
            assertEquals(number(raw.get(name)), asNumber(entry.getValue(), value), at + " raw");
            assertPhysical(
                    decimal(expected.get("phys").get(name)), physical(entry.getValue(), value), at);
        }
    }

    /** The labels of the same line, and no other. The corpus' lines have none. */
    static void assertLabelsEqual(JsonNode expected, CollectingSink actual, String where) {
        for (Map.Entry<String, CatalogueSignal> entry : actual.signals.entrySet()) {
            String name = entry.getKey();
            assertLabel(
                    expected.path("label").path(name),
                    entry.getValue(),
                    actual.raw.get(name),
                    where + " " + name);
        }
    }

    static Set<String> names(JsonNode object) {
        var names = new TreeSet<String>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Number number(JsonNode node) {
        return node.isIntegralNumber() ? node.bigIntegerValue() : decimal(node);
    }

    /** JSON has no word for it: the oracle's file says "nan". */
    private static double decimal(JsonNode node) {
        return node.asText().equals("nan") ? Double.NaN : node.doubleValue();
    }

    /** The raw value as the oracle has it: unsigned where the signal is. */
    static Number asNumber(CatalogueSignal signal, Number value) {
        if (value instanceof Double) {
            return value;
        }
        var whole = BigInteger.valueOf(value.longValue());
        boolean wrapped = signal.signal().isUnsigned64() && whole.signum() < 0;
        return wrapped ? whole.add(TWO_TO_64) : whole;
    }

    private static double physical(CatalogueSignal signal, Number value) {
        return value instanceof Double raw
                ? signal.physical(raw.doubleValue())
                : signal.physical(value.longValue());
    }

    private static void assertPhysical(double expected, double actual, String where) {
        boolean near =
                expected == actual
                        || (Double.isNaN(expected) && Double.isNaN(actual))
                        || Math.abs(expected - actual) <= Math.ulp(expected);
        assertTrue(near, () -> "%s phys: expected %s, was %s".formatted(where, expected, actual));
    }

    private static void assertLabel(
            JsonNode expected, CatalogueSignal signal, Number value, String where) {
        String label = value instanceof Long raw ? signal.labels().of(raw) : null;
        assertEquals(expected.isTextual() ? expected.textValue() : null, label, where + " label");
    }
}
