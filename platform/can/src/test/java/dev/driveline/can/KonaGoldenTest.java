package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * An electric car's diagnostics: UDS over ISO-TP with extended multiplexing, against cantools
 * behind another's reassembly. The database counts bits from a length byte before the payload.
 */
final class KonaGoldenTest {
    private static final int GOLDEN_LINES = 270;
    private static final int FRAMES = 2_010;

    private final TreeMap<Long, JsonNode> expected = new TreeMap<>();
    private final Catalogue catalogue = catalogue();
    private final Decoder decoder = Decoder.of(catalogue);
    private long line = -1;
    private int compared;
    private final List<String> losses = new ArrayList<>();

    KonaGoldenTest() throws IOException {
        for (String file : List.of("kona/ev-kona-uds.jsonl", "kona/ev-kona-uds-7bb.jsonl")) {
            for (String text : Files.readAllLines(RecordedData.file(file))) {
                JsonNode one = RecordedData.parse(text);
                expected.put(one.get("line").longValue(), one);
            }
        }
    }

    private static Catalogue catalogue() throws IOException {
        DbcParse parse = DbcParser.parse(RecordedData.bytes("kona/uds.dbc"), "uds.dbc");
        assertEquals(
                List.of(
                        "45:6 NOTE signal M_SID_0x220100_IndoorTemp of message Temperature is never"
                                + " present: its multiplexor service of 8 bits has no value of 256"),
                parse.diagnostics().stream().map(Diagnostic::toString).toList());
        return Catalogue.of(
                List.of(
                        new CatalogueBus(
                                "can1",
                                Matching.EXACT,
                                Transport.ISO_TP_LENGTH_BYTE,
                                parse.model())));
    }

    private final MessageSink sink =
            new MessageSink() {
                @Override
                public void onMessage(
                        int bus,
                        int id,
                        int flags,
                        long startUs,
                        byte[] buffer,
                        int offset,
                        int length) {
                    compare(id, startUs, buffer, offset, length);
                }

                @Override
                public void onLoss(int bus, int id, TransportFault fault) {
                    losses.add("frame %d: %s".formatted(line, fault));
                }
            };

    @Test
    void everyMessageIsPutTogetherAndDecodedAsTheOracleSays() throws IOException {
        Reassembly reassembly = decoder.newReassembly();
        try (var log = CandumpReader.open(RecordedData.file("kona/log.gz"))) {
            while (log.next()) {
                line++;
                Outcome outcome =
                        decoder.decode(
                                0,
                                log.id(),
                                log.flags(),
                                log.data(),
                                0,
                                log.length(),
                                new CollectingSink(catalogue));
                assertEquals(Outcome.TRANSPORT, outcome);
                // What was under way survives a stop between any two frames.
                byte[] state = reassembly.toBytes();
                reassembly = decoder.newReassembly();
                reassembly.restore(state);
                reassembly.accept(
                        0, log.id(), log.flags(), log.data(), 0, log.length(), log.timeUs(), sink);
            }
        }
        // Towards the end nobody gives flow control: 30 messages stay at their first frame.
        assertEquals("frame 1783: TIMEOUT", losses.getFirst());
        assertEquals(29, losses.size());
        assertTrue(losses.stream().allMatch(one -> one.endsWith(": TIMEOUT")), losses::toString);
        assertFalse(reassembly.isEmpty());
        assertEquals(FRAMES, line + 1);
        assertEquals(GOLDEN_LINES, compared);
        assertEquals(GOLDEN_LINES, expected.size());
        RecordedData.reportGolden("kona", compared);
    }

    private void compare(int id, long startUs, byte[] buffer, int offset, int length) {
        String where = "kona frame " + line;
        @Nullable JsonNode want = expected.get(line);
        assertNotNull(want, where);
        assertEquals(want.get("id").intValue(), id, where);
        BigDecimal seconds = new BigDecimal(want.get("t").textValue());
        assertEquals(seconds.movePointRight(6).longValueExact(), startUs, where);
        assertEquals(
                want.get("payload").textValue(),
                HexFormat.of().formatHex(buffer, offset, offset + length),
                where);
        var values = new CollectingSink(catalogue);
        assertEquals(
                Outcome.DECODED,
                decoder.decodeMessage(0, id, 0, buffer, offset, length, values),
                where);
        assertEquals(GoldenValues.names(want.get("phys")), values.raw.keySet(), where);
        values.signals.forEach((name, signal) -> {
            double physical = signal.physical(values.raw.get(name).longValue());
            assertEquals(want.get("phys").get(name).doubleValue(), physical, where + name);
        });
        compared++;
    }
}
