package dev.driveline.telemetry.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.can.BusSource;
import dev.driveline.can.CandumpReader;
import dev.driveline.can.Matching;
import dev.driveline.can.Transport;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.batch.TestSignals;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.telemetry.sample.SampleCursor;
import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.testkit.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A recorded electric car whose messages (UDS over ISO-TP) come in several frames, cut into batches
 * anywhere, against an independent decoder's values.
 */
final class TransportIntakeTest {

    private static final Vin VIN = Vin.of("KMHK581GFKU000001");
    private static final byte[] KEY = VIN.value().getBytes(StandardCharsets.US_ASCII);
    private static final long BOOT = 7;

    private final BookFacts facts = new BookFacts();
    private final Intake intake = new Intake(facts);
    private final MapProgress progress = new MapProgress();

    private static List<TestBatch> batches(int frames) throws IOException {
        return batches(frames, 1);
    }

    /**
     * @param step from one batch's number to the next one's
     */
    private static List<TestBatch> batches(int frames, int step) throws IOException {
        List<TestBatch> batches = new ArrayList<>();
        TestBatch batch = null;
        int inBatch = 0;
        try (CandumpReader log = CandumpReader.open(TestData.path("kona/log.gz"))) {
            while (log.next()) {
                if (batch == null || inBatch == frames) {
                    batch = TestBatch.of(BOOT, 1L + (long) step * batches.size(), log.timeUs());
                    batches.add(batch);
                    inBatch = 0;
                }
                batch.frame(
                        log.timeUs(), log.bus(), log.id(), log.flags(), log.data(), log.length());
                inBatch++;
            }
        }
        return batches;
    }

    private void publish() throws IOException {
        TestCatalogue kona =
                TestCatalogue.of(
                        "kona",
                        BusSource.of(
                                "can1",
                                Matching.EXACT,
                                Transport.ISO_TP_LENGTH_BYTE,
                                "uds.dbc",
                                Files.readAllBytes(TestData.path("kona/uds.dbc"))));
        facts.publish(kona);
        facts.publish(VIN, kona.ref());
    }

    private SampleBatch accepted(TestBatch batch) {
        return assertInstanceOf(
                        Outcome.Accepted.class,
                        intake.take(KEY, batch.bytes(), 1_700_000_000_000_000L, progress))
                .batch();
    }

    /** Physical values by name, in order. */
    private static void collect(SampleBatch batch, Map<String, List<Double>> values) {
        SampleCursor cursor = new SampleCursor(batch);
        while (cursor.next()) {
            SignalDefinition definition =
                    SignalDefinition.of(batch.getSignal(cursor.signal()), batch.getCatalogue());
            String name = definition.name().substring(definition.name().lastIndexOf('.') + 1);
            values.computeIfAbsent(name, _ -> new ArrayList<>())
                    .add(definition.physical(cursor.raw()));
        }
    }

    private static Map<String, List<Double>> oracle() throws IOException {
        Map<Integer, JsonNode> lines = new TreeMap<>();
        for (String name : List.of("kona/ev-kona-uds.jsonl", "kona/ev-kona-uds-7bb.jsonl")) {
            for (String text : Files.readAllLines(TestData.path(name))) {
                JsonNode line = Json.read(text, JsonNode.class);
                lines.put(line.get("line").intValue(), line);
            }
        }
        Map<String, List<Double>> values = new TreeMap<>();
        lines.values()
                .forEach(line ->
                        line.get("phys")
                                .properties()
                                .forEach(value ->
                                        values.computeIfAbsent(
                                                        value.getKey(), _ -> new ArrayList<>())
                                                .add(value.getValue().doubleValue())));
        return values;
    }

    @Test
    void messagesAreWholeWhereverTheBatchesAreCut() throws IOException {
        publish();
        Map<String, List<Double>> expected = oracle();
        for (int frames : List.of(1, 3, 7, 2_000)) {
            progress.clear();
            Map<String, List<Double>> values = new TreeMap<>();
            int lost = 0;
            for (TestBatch batch : batches(frames)) {
                SampleBatch decoded = accepted(batch);
                // The log's other identifiers carry nothing that the database knows.
                collect(decoded, values);
                lost += decoded.getLostMessages();
            }
            assertEquals(expected, values, frames + " frames a batch");
            assertTrue(lost > 0, "the log has messages that nobody went on with");
        }
    }

    @Test
    void aBatchThatIsMissingCostsOnlyWhatItCarried() throws IOException {
        publish();
        List<TestBatch> batches = batches(3);
        Map<String, List<Double>> whole = new TreeMap<>();
        for (TestBatch batch : batches) {
            collect(accepted(batch), whole);
        }
        progress.clear();
        Map<String, List<Double>> rest = new TreeMap<>();
        for (int i = 0; i < batches.size(); i++) {
            if (i != 100) {
                collect(accepted(batches.get(i)), rest);
            }
        }
        int missing = whole.get("service").size() - rest.get("service").size();
        assertTrue(missing >= 1 && missing <= 3, missing + " messages are missing");
    }

    @Test
    void batchesOfSignalsInBetweenTearNoMessage() throws IOException {
        publish();
        Map<String, List<Double>> values = new TreeMap<>();
        long seq = 1;
        for (TestBatch batch : batches(3, 2)) {
            collect(accepted(batch), values);
            seq++;
            byte[] signals = TestSignals.of(BOOT, seq, 1_600_000_000_000_000L).bytes();
            assertInstanceOf(
                    Outcome.Accepted.class,
                    intake.takeSignals(KEY, signals, 1_700_000_000_000_000L, progress));
            seq++;
        }
        assertEquals(oracle(), values);
    }

    @Test
    void aBatchThatCameTwiceDisturbsNothing() throws IOException {
        publish();
        Map<String, List<Double>> values = new TreeMap<>();
        for (TestBatch batch : batches(3)) {
            collect(accepted(batch), values);
            assertInstanceOf(
                    Outcome.Duplicate.class,
                    intake.take(KEY, batch.bytes(), 1_700_000_000_000_000L, progress));
        }
        assertEquals(oracle(), values);
    }
}
