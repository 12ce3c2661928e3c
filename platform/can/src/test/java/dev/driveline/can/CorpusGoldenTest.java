package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Seeded payloads of every message of the corpus, against cantools. Where it refuses a payload, its
 * reason says what we must find: a multiplexor without a branch, or signals that lie over one
 * another or beyond the payload, which it cannot unpack; we give those that are there.
 */
final class CorpusGoldenTest {
    private static final int GOLDEN_LINES = 10_635;

    private final Map<String, Catalogue> catalogues = new HashMap<>();
    private final Map<String, Decoder> decoders = new HashMap<>();
    private final Map<String, Integer> different = new TreeMap<>();
    private final Map<String, String> firstDifference = new TreeMap<>();
    private long equal;

    @Test
    void payloadsDecodeAsTheOracleSays() throws IOException {
        for (String name : List.of("cantools", "opendbc")) {
            try (BufferedReader lines = RecordedData.gzipLines("corpus/" + name + ".jsonl.gz")) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    compare(RecordedData.parse(line));
                }
            }
        }
        assertEquals(Map.of(), different, firstDifference::toString);
        assertEquals(GOLDEN_LINES, equal);
        RecordedData.reportGolden("corpus", equal);
    }

    private void compare(JsonNode line) throws IOException {
        String file = line.get("file").textValue();
        Catalogue catalogue = catalogue(file);
        var sink = new CollectingSink(catalogue);
        byte[] data = HexFormat.of().parseHex(line.get("data").textValue());
        int flags = line.get("ext").booleanValue() ? FrameFlags.EXTENDED : 0;
        try {
            Outcome outcome =
                    decoders.get(file)
                            .decode(
                                    0,
                                    line.get("id").intValue(),
                                    flags,
                                    data,
                                    0,
                                    data.length,
                                    sink);
            if (line.has("raw")) {
                assertEquals(Outcome.DECODED, outcome, file);
                GoldenValues.assertEqual(line, sink, file + " " + line.get("msg").textValue());
            } else {
                assertRefused(line, outcome, sink, catalogue);
            }
            String message = line.get("msg").textValue();
            sink.signals.values().forEach(one -> assertEquals(message, one.message().name(), file));
            equal++;
        } catch (AssertionError e) {
            different.merge(file, 1, Integer::sum);
            firstDifference.putIfAbsent(file, String.valueOf(e.getMessage()));
        }
    }

    /** A frame that the oracle drops whole: we give what it holds, and say what is wrong. */
    private static void assertRefused(
            JsonNode line, Outcome outcome, CollectingSink sink, Catalogue catalogue) {
        String error = line.get("error").textValue();
        Message message =
                catalogue
                        .buses()
                        .getFirst()
                        .dbc()
                        .message(line.get("msg").textValue())
                        .orElseThrow();
        if (error.startsWith("DecodeError: expected multiplexer id")) {
            assertEquals(Outcome.UNKNOWN_MULTIPLEXER, outcome, line::toString);
            for (Signal signal : message.signals()) {
                if (signal.multiplexing() instanceof Multiplexing.Always) {
                    assertTrue(sink.raw.containsKey(signal.name()), line::toString);
                }
            }
        } else {
            assertEquals("DecodeError: unpacking failed", error);
            int length = line.get("data").textValue().length() / 2;
            assertTrue(overlap(message, length), line::toString);
            for (Signal signal : message.signals()) {
                if (signal.multiplexing() instanceof Multiplexing.Always) {
                    assertEquals(
                            signal.bytesNeeded() <= length,
                            sink.raw.containsKey(signal.name()),
                            () -> line + " " + signal.name());
                }
            }
        }
    }

    /** Signals lie over one another, or beyond the payload. */
    private static boolean overlap(Message message, int length) {
        var seen = new BitSet();
        for (Signal signal : message.signals()) {
            if (signal.bytesNeeded() > length) {
                return true;
            }
            var own = new BitSet();
            byte[] payload = new byte[64];
            FrameEncoder.putRaw(
                    payload, signal, signal.signed() ? -1 : -1L >>> (64 - signal.length()));
            own.or(BitSet.valueOf(payload));
            if (own.intersects(seen)) {
                return true;
            }
            seen.or(own);
        }
        return false;
    }

    private Catalogue catalogue(String file) throws IOException {
        Catalogue known = catalogues.get(file);
        if (known == null) {
            DbcParse parse = DbcParser.parse(RecordedData.bytes("corpus/dbc/" + file), file);
            known = Catalogue.of(List.of(new CatalogueBus("bus", Matching.EXACT, parse.model())));
            catalogues.put(file, known);
            decoders.put(file, Decoder.of(known));
        }
        return known;
    }
}
