package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Seeded payloads of every message of the corpus, against cantools. The few lines that differ need
 * extended multiplexing, which comes with the issue that takes DBC to the whole.
 */
final class CorpusGoldenTest {
    private static final Map<String, Integer> EXTENDED_MULTIPLEXING =
            Map.of(
                    "issue_184_extended_mux_cascaded.dbc", 2,
                    "issue_184_extended_mux_multiple_values.dbc", 1,
                    "multiplex_choices_dumped.dbc", 1);

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
        assertEquals(EXTENDED_MULTIPLEXING, different, firstDifference::toString);
        RecordedData.reportGolden("corpus", equal);
    }

    private void compare(JsonNode line) throws IOException {
        if (!line.has("raw")) {
            return;
        }
        String file = line.get("file").textValue();
        Catalogue catalogue = catalogue(file);
        var sink = new CollectingSink(catalogue);
        byte[] data = HexFormat.of().parseHex(line.get("data").textValue());
        int flags = line.get("ext").booleanValue() ? FrameFlags.EXTENDED : 0;
        try {
            decoders.get(file)
                    .decode(0, line.get("id").intValue(), flags, data, 0, data.length, sink);
            GoldenValues.assertEqual(line, sink, file + " " + line.get("msg").textValue());
            String message = line.get("msg").textValue();
            sink.signals.values().forEach(one -> assertEquals(message, one.message().name(), file));
            equal++;
        } catch (AssertionError e) {
            different.merge(file, 1, Integer::sum);
            firstDifference.putIfAbsent(file, String.valueOf(e.getMessage()));
        }
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
