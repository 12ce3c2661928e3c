package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a whole recorded log and compares it with the oracle: each frame with its line, and then
 * count, least, greatest and sum of each signal with the summary.
 */
final class GoldenDrive {
    private final String folder;
    private final Catalogue catalogue;
    private final Decoder decoder;
    private final CollectingSink sink;
    private final Map<String, Statistic> statistics = new HashMap<>();
    private final Map<String, Long> messageFrames = new HashMap<>();

    /** Frames without a message of their own, by bus and identifier (or PGN under J1939). */
    final Map<String, Integer> unknown = new TreeMap<>();

    long frames;
    long compared;
    long signals;

    GoldenDrive(String folder, Catalogue catalogue) {
        this.folder = folder;
        this.catalogue = catalogue;
        decoder = Decoder.of(catalogue);
        sink = new CollectingSink(catalogue);
    }

    static CatalogueBus bus(String name, Matching matching, String file) throws IOException {
        DbcParse parse = DbcParser.parse(RecordedData.bytes(file), file);
        assertEquals(0, parse.errors().size(), () -> file + ": " + parse.errors());
        return new CatalogueBus(name, matching, parse.model());
    }

    /** Every frame that we decode must be a line of the oracle's, and the reverse. */
    void compareEveryFrame() throws IOException {
        try (var log = CandumpReader.open(RecordedData.file(folder + "/log.gz"));
                BufferedReader expected = RecordedData.gzipLines(folder + "/expected.jsonl.gz")) {
            JsonNode line = nextLine(expected);
            while (log.next()) {
                sink.clear();
                Outcome outcome = decode(log);
                if (line != null && line.get("line").longValue() == frames) {
                    assertEquals(Outcome.DECODED, outcome, () -> where(log));
                    compare(log, line);
                    line = nextLine(expected);
                } else {
                    assertTrue(
                            outcome == Outcome.UNKNOWN_ID || outcome == Outcome.TRANSPORT,
                            () -> outcome + " " + where(log));
                    unknown.merge(idOf(log), 1, Integer::sum);
                }
                frames++;
            }
            assertNull(line, "the oracle has a frame that the log has not");
        }
    }

    private static @Nullable JsonNode nextLine(BufferedReader lines) throws IOException {
        String text = lines.readLine();
        return text == null ? null : RecordedData.parse(text);
    }

    private Outcome decode(CandumpReader log) {
        return decoder.decode(
                catalogue.busIndex(log.bus()),
                log.id(),
                log.flags(),
                log.data(),
                0,
                log.length(),
                sink);
    }

    private String idOf(CandumpReader log) {
        boolean extended = (log.flags() & FrameFlags.EXTENDED) != 0;
        var id = new FrameId(log.id(), extended);
        CatalogueBus bus = catalogue.buses().get(catalogue.busIndex(log.bus()));
        boolean group = extended && bus.matching() == Matching.J1939;
        return log.bus() + " " + (group ? "PGN " + Pgn.of(id) : id);
    }

    private String where(CandumpReader log) {
        return "%s frame %d %s".formatted(folder, frames, log.frame());
    }

    private void compare(CandumpReader log, JsonNode line) {
        String where = where(log);
        assertEquals(line.get("bus").textValue(), log.bus(), where);
        assertEquals(line.get("id").intValue(), log.id(), where);
        boolean extended = (log.flags() & FrameFlags.EXTENDED) != 0;
        assertEquals(line.get("ext").booleanValue(), extended, where);
        assertEquals(microseconds(line.get("t").textValue()), log.timeUs(), where);
        GoldenValues.assertEqual(line, sink, where);
        GoldenValues.assertLabelsEqual(line, sink, where);
        String message = line.get("msg").textValue();
        for (CatalogueSignal signal : sink.signals.values()) {
            assertEquals(message, signal.message().name(), where);
            Number raw = sink.raw.get(signal.signal().name());
            statistics
                    .computeIfAbsent(key(log.bus(), message, signal.signal().name()), Statistic::of)
                    .add(new BigDecimal(GoldenValues.asNumber(signal, raw).toString()));
        }
        messageFrames.merge(log.bus() + "/" + message, 1L, Long::sum);
        compared++;
        signals += sink.raw.size();
    }

    private static long microseconds(String seconds) {
        return new BigDecimal(seconds).movePointRight(6).longValueExact();
    }

    private static String key(String bus, String message, String signal) {
        return bus + "/" + message + "/" + signal;
    }

    void compareSummary() throws IOException {
        JsonNode summary = RecordedData.json(folder + "/full-summary.json");
        assertEquals(summary.get("frames").longValue(), frames);
        assertEquals(summary.get("decoded_frames").longValue(), compared);
        assertEquals(summary.get("signals").longValue(), signals);
        assertEquals(summary.get("unknown_ids").intValue(), unknown.size(), unknown::toString);
        assertEquals(
                summary.get("unknown_frames").intValue(),
                unknown.values().stream().mapToInt(Integer::intValue).sum());
        int[] seen = {0};
        summary.get("messages").properties().forEach(message -> seen[0] += compareMessage(message));
        assertEquals(seen[0], statistics.size());
    }

    private int compareMessage(Map.Entry<String, JsonNode> message) {
        assertEquals(
                message.getValue().get("frames").longValue(),
                messageFrames.get(message.getKey()),
                message.getKey());
        JsonNode expected = message.getValue().get("signals");
        for (String name : GoldenValues.names(expected)) {
            String key = message.getKey() + "/" + name;
            Statistic actual = statistics.get(key);
            assertNotNull(actual, key);
            actual.assertEqual(expected.get(name), key);
        }
        return expected.size();
    }

    /** Of one signal's raw values. */
    private static final class Statistic {
        private long count;
        private @Nullable BigDecimal least;
        private @Nullable BigDecimal greatest;
        private BigDecimal sum = BigDecimal.ZERO;

        static Statistic of(String unused) {
            return new Statistic();
        }

        void add(BigDecimal value) {
            count++;
            least = least == null ? value : least.min(value);
            greatest = greatest == null ? value : greatest.max(value);
            sum = sum.add(value);
        }

        void assertEqual(JsonNode expected, String where) {
            assertEquals(expected.get(0).longValue(), count, where + " count");
            assertEquals(whole(expected.get(1)), whole(least), where + " least");
            assertEquals(whole(expected.get(2)), whole(greatest), where + " greatest");
            assertEquals(whole(expected.get(3)), whole(sum), where + " sum");
        }

        private static BigInteger whole(JsonNode node) {
            return node.bigIntegerValue();
        }

        private static @Nullable BigInteger whole(@Nullable BigDecimal value) {
            return value == null ? null : value.toBigIntegerExact();
        }
    }
}
