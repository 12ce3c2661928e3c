package dev.driveline.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.Erasure;
import dev.driveline.contract.registry.ModelFact;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Routes, streams and rejections of one running service; each test has a vehicle of its own. */
final class TelemetryRestIT {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(30));
    private static final TestCatalogue SMALL = TestCatalogue.small();

    @TempDir private static Path folder;
    private static TelemetryRig rig;
    private static int lastVehicle;

    private final Vin vin = Vin.of("JTMW1RFV7KD%06d".formatted(++lastVehicle));
    private final long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());

    @BeforeAll
    static void start() {
        rig = new TelemetryRig(folder);
        rig.publish(SMALL);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @BeforeEach
    void enrol() {
        rig.publish(vin, "acme", SMALL.ref());
        rig.awaitKnown(vin);
    }

    private Http.Response get(String path) {
        return rig.http().get("/api/v1/vehicles/" + vin + path);
    }

    private List<JsonNode> items(String path) {
        Http.Response response = get(path);
        assertEquals(200, response.status(), response.body());
        List<JsonNode> items = new ArrayList<>();
        Json.read(response.body(), JsonNode.class).get("items").forEach(items::add);
        return items;
    }

    private void send(TestBatch batch) {
        rig.batch(vin, batch.bytes(), now);
        rig.flush();
    }

    private TestBatch batch(long seq) {
        return TestBatch.of(1, seq, now - 1_000_000 + seq);
    }

    /** SPEED of 0.01 km/h steps, and GEAR. */
    private TestBatch motion(long seq, int speed, int gear) {
        return batch(seq).frame(now - 1_000_000 + seq, "can0", 0x100, speed, speed >> 8, gear);
    }

    private void assertProblem(int status, String code, String words, Http.Response response) {
        assertEquals(status, response.status(), response.body());
        JsonNode problem = Json.read(response.body(), JsonNode.class);
        assertEquals(code, problem.get("code").textValue());
        String detail = problem.get("detail").textValue();
        assertTrue(detail.contains(words), detail);
    }

    @Test
    void theLatestValuesSayAllThereIsToSay() {
        send(motion(1, 6_000, 3));
        List<JsonNode> items =
                SOON.value("two values", () -> items("/signals"), list -> list.size() == 2);
        assertEquals(
                Json.read(
                        """
                        {"signal":"can0.MOTION.GEAR","t":%1$d,"recv":%2$d,"raw":3,"phys":3.0,
                         "unit":"","label":"D","quality":"GOOD","late":false,"catalogue":"%3$s"}
                        """
                                .formatted(now - 999_999, now, SMALL.ref()),
                        JsonNode.class),
                items.get(0));
        assertEquals(
                Json.read(
                        """
                        {"signal":"can0.MOTION.SPEED","t":%1$d,"recv":%2$d,"raw":6000,"phys":60.0,
                         "unit":"km/h","quality":"GOOD","late":false,"catalogue":"%3$s"}
                        """
                                .formatted(now - 999_999, now, SMALL.ref()),
                        JsonNode.class),
                items.get(1));
        assertEquals(1, items("/signals?prefix=can0.MOTION.S").size());
        assertEquals(1, items("/signals?signal=GEAR").size());
        assertEquals(2, items("/signals?signal=GEAR&signal=can0.MOTION.SPEED").size());
        assertEquals(0, items("/signals?signal=TICKS").size());
        assertEquals(0, items("/signals?prefix=can1").size());
    }

    @Test
    void historyInBucketsMarksItsGaps() {
        long minute = 60_000_000;
        long start = now / minute * minute - 10 * minute;
        send(
                TestBatch.of(1, 1, start)
                        .frame(start, "can0", 0x100, 0, 0, 0)
                        .frame(start + 1_000_000, "can0", 0x100, 0xE8, 3, 0)
                        .frame(start + 2 * minute, "can0", 0x100, 0xD0, 7, 0));
        String window =
                "/history?signal=SPEED&signal=GEAR&from=%s&to=%s&resolution="
                        .formatted(instant(start), instant(start + 3 * minute))
                        .replace("signal=SPEED", "signal=can0.MOTION.SPEED");
        SOON.that("all is stored", () -> get(window + "60").body().contains("20.0"));
        JsonNode answer = Json.read(get(window + "60").body(), JsonNode.class);
        assertEquals(
                Json.read(
                        """
                        {"from":%1$d,"to":%2$d,"resolution":60,"series":[
                          {"signal":"can0.MOTION.SPEED","unit":"km/h","points":[
                            {"t":%1$d,"count":2,"min":0.0,"max":10.0,"avg":5.0,"last":10.0},
                            {"t":%3$d,"count":0},
                            {"t":%4$d,"count":1,"min":20.0,"max":20.0,"avg":20.0,"last":20.0}]},
                          {"signal":"can0.MOTION.GEAR","unit":"","points":[
                            {"t":%1$d,"count":2,"min":0.0,"max":0.0,"avg":0.0,"last":0.0},
                            {"t":%3$d,"count":0},
                            {"t":%4$d,"count":1,"min":0.0,"max":0.0,"avg":0.0,"last":0.0}]}]}
                        """
                                .formatted(
                                        start,
                                        start + 3 * minute,
                                        start + minute,
                                        start + 2 * minute),
                        JsonNode.class),
                answer);
        JsonNode whole = Json.read(get(window + "7").body(), JsonNode.class);
        assertTrue(whole.get("from").longValue() <= start);
        assertEquals(0, whole.get("from").longValue() % 7_000_000);
        assertProblem(400, "INVALID_REQUEST", "resolution", get(window + "0"));
        assertProblem(
                400,
                "INVALID_REQUEST",
                "a resolution of at least",
                get(
                        "/history?signal=GEAR&from=%s&to=%s&resolution=1"
                                .formatted(instant(start - 6_000 * minute), instant(start))));
    }

    @Test
    void anErasedVehicleIsForgotten() {
        send(motion(1, 6_000, 3));
        SOON.that("two values", () -> items("/signals").size() == 2);
        Instant at = Instant.now();
        Erasure erasure =
                new Erasure(Vin.of("0ERASED0000000001"), vin, at, at.plus(Duration.ofDays(30)));
        rig.send(Topic.REGISTRY_ERASURES, vin.value(), Json.bytes(erasure));
        SOON.that("nothing is left", () -> items("/intake").isEmpty());
        assertEquals(List.of(), items("/signals"));
        assertEquals(List.of(), items("/history?signal=can0.MOTION.SPEED"));
    }

    @Test
    void aWindowComesAsTextOfAnyLength() {
        int count = 23_000;
        for (int seq = 1; seq <= 10; seq++) {
            TestBatch batch = TestBatch.of(1, seq, now - 60_000_000 + seq * 4_000L);
            for (int i = 0; i < count / 10; i++) {
                batch.frame(now - 60_000_000 + seq * 4_000L + i, "can0", 0x100, i, i >> 8, 3);
            }
            send(batch);
        }
        String path = "/api/v1/vehicles/" + vin + "/history?signal=can0.MOTION.SPEED&signal=GEAR";
        SOON.that(
                "all is stored",
                () ->
                        items("/intake").stream()
                                .anyMatch(boot -> boot.get("batches").asInt() == 10));
        List<String> lines = rig.http().get(path, "application/x-ndjson").body().lines().toList();
        assertEquals(2 * count, lines.size());
        List<String> csv = rig.http().get(path, "text/csv").body().lines().toList();
        assertEquals(
                "signal,t,recv,raw,phys,unit,label,quality,late,catalogue,path,value,vssUnit",
                csv.getFirst());
        assertEquals(2 * count + 1, csv.size());
        for (int i = 0; i < lines.size(); i += 997) {
            JsonNode sample = Json.read(lines.get(i), JsonNode.class);
            assertEquals(
                    "%s,%d,%d,%s,%s,%s,%s,GOOD,false,%s,,,"
                            .formatted(
                                    sample.get("signal").textValue(),
                                    sample.get("t").longValue(),
                                    sample.get("recv").longValue(),
                                    sample.get("raw"),
                                    sample.get("phys"),
                                    sample.get("unit").textValue(),
                                    sample.path("label").asText(""),
                                    sample.get("catalogue").textValue()),
                    csv.get(i + 1));
        }
    }

    private static String instant(long us) {
        return Instant.EPOCH.plus(us, ChronoUnit.MICROS).toString();
    }

    @Test
    void integersBeyondExactDoublesAreTextAndRealsAreNumbers() {
        byte[] ticks = {-1, -1, -1, -1, -1, -1, -1, -1};
        byte[] voltage = {0, 0, 0, 0, 0, 0, (byte) 0xF8, 0x3F};
        byte[] nothing = {0, 0, 0, 0, 0, 0, (byte) 0xF8, 0x7F};
        long t = now - 1_000_000;
        send(
                TestBatch.of(1, 1, t)
                        .frame(t, "can0", 0x201, 0, ticks, 8)
                        .frame(t + 1, "can0", 0x201, 1, 0, 0, 0, 0, 0, 0x20, 0)
                        .frame(t + 2, "can0", 0x400, 0, voltage, 8)
                        .frame(t + 3, "can0", 0x400, 0, nothing, 8));
        List<JsonNode> items =
                SOON.value(
                        "four samples",
                        () -> items("/history?signal=TICKS&signal=VOLTAGE"),
                        list -> list.size() == 4);
        assertEquals("18446744073709551615", items.get(0).get("raw").textValue());
        assertEquals(1.8446744073709552E19, items.get(0).get("phys").doubleValue());
        assertEquals("9007199254740993", items.get(1).get("raw").textValue());
        assertEquals(1.5, items.get(2).get("raw").doubleValue());
        assertEquals("NaN", items.get(3).get("raw").textValue());
        assertEquals("NOT_AVAILABLE", items.get(3).get("quality").textValue());
    }

    @Test
    void historyIsHalfOpenAndPagesJoinWithoutASeam() {
        for (int seq = 1; seq <= 50; seq++) {
            send(motion(seq, 100 + seq, seq % 4));
        }
        SOON.that("all are stored", () -> items("/history?signal=GEAR").size() == 50);
        List<Integer> speeds = new ArrayList<>();
        String path = "/history?limit=7&signal=MOTION.SPEED";
        for (String cursor = ""; cursor != null; ) {
            JsonNode page = Json.read(get(path + cursor).body(), JsonNode.class);
            page.get("items").forEach(item -> speeds.add(item.get("raw").intValue()));
            cursor = page.hasNonNull("next") ? "&cursor=" + page.get("next").textValue() : null;
        }
        assertEquals(IntStream.rangeClosed(101, 150).boxed().toList(), speeds);
        Instant tenth = Instant.EPOCH.plus(now - 1_000_000 + 10, ChronoUnit.MICROS);
        Instant twentieth = tenth.plus(10, ChronoUnit.MICROS);
        List<JsonNode> window =
                items("/history?signal=MOTION.SPEED&from=%s&to=%s".formatted(tenth, twentieth));
        assertEquals(110, window.getFirst().get("raw").intValue());
        assertEquals(119, window.getLast().get("raw").intValue());
    }

    @Test
    void aNameThatIsNoneOrSeveralIsSaidSo() {
        assertProblem(404, "SIGNAL_UNKNOWN", "'NOTHING'", get("/history?signal=NOTHING"));
        assertProblem(404, "SIGNAL_UNKNOWN", "''", get("/signals?signal="));
        assertProblem(404, "SIGNAL_UNKNOWN", "'PEED'", get("/stream?signal=PEED"));
        Http.Response ambiguous = get("/history?signal=SPEED&signal=GEAR");
        assertProblem(409, "SIGNAL_AMBIGUOUS", "2 signals", ambiguous);
        assertEquals(
                "[\"can0.MOTION.SPEED\",\"can0.WHEEL.SPEED\"]",
                Json.read(ambiguous.body(), JsonNode.class).get("candidates").toString());
        assertEquals(200, get("/history?signal=MOTION.SPEED").status());
    }

    @Test
    void badParametersAreNamedWithTheirValueAndRule() {
        String bad = "INVALID_REQUEST";
        assertProblem(400, bad, "signal is missing", get("/history"));
        assertProblem(400, bad, "at most 20", get("/history?x" + "&signal=GEAR".repeat(21)));
        assertProblem(400, bad, "at most 100", get("/signals?x" + "&signal=GEAR".repeat(101)));
        assertProblem(400, bad, "from 'yesterday'", get("/history?signal=GEAR&from=yesterday"));
        assertProblem(400, bad, "to '2026'", get("/history?signal=GEAR&to=2026"));
        assertProblem(
                400,
                bad,
                "before 'to'",
                get("/history?signal=GEAR&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"));
        assertProblem(
                400, bad, "from 1970 to 2254", get("/history?signal=GEAR&to=9999-01-01T00:00:00Z"));
        assertProblem(400, bad, "limit '0'", get("/history?signal=GEAR&limit=0"));
        assertProblem(400, bad, "1 to 10000", get("/history?signal=GEAR&limit=10001"));
        assertProblem(400, bad, "1 to 1000", get("/signals?limit=x"));
        assertProblem(400, bad, "cursor 'abc'", get("/history?signal=GEAR&cursor=abc"));
        assertProblem(400, bad, "cursor 'abc'", get("/signals?cursor=abc"));
        assertProblem(400, bad, "every '5m'", get("/stream?every=5m"));
        assertProblem(400, bad, "100ms to 60s", get("/stream?every=61s"));
    }

    @Test
    void aCursorKeepsTheWindowOfItsFirstPage() {
        send(motion(1, 1, 1));
        send(motion(2, 2, 2));
        SOON.that("both are stored", () -> items("/history?signal=GEAR").size() == 2);
        JsonNode first = Json.read(get("/history?limit=1&signal=GEAR").body(), JsonNode.class);
        String next = "/history?signal=GEAR&cursor=" + first.get("next").textValue();
        assertEquals(1, items(next).size());
        assertProblem(
                400, "INVALID_REQUEST", "with a cursor", get(next + "&from=2020-01-01T00:00:00Z"));
    }

    @Test
    void nobodyReadsAnothersVehicle() {
        String path = "/api/v1/vehicles/" + vin + "/signals";
        assertProblem(404, "VEHICLE_UNKNOWN", "", rig.http("other,telemetry:read").get(path));
        Http.Response unknown = rig.http().get(path.replace(vin.value(), "JTMW1RFV7KD999999"));
        assertProblem(404, "VEHICLE_UNKNOWN", "JTMW1RFV7KD999999", unknown);
        assertProblem(403, "MISSING_SCOPE", "telemetry:read", rig.http("acme").get(path));
        assertProblem(
                403,
                "OUTSIDE_CLAIM",
                vin.value(),
                rig.http(TelemetryRig.ACME + ",vin=JTMW1RFV7KD999999").get(path));
        assertEquals(200, rig.http(TelemetryRig.ACME + ",vin=" + vin).get(path).status());
        assertProblem(
                400,
                "INVALID_VIN",
                "17 characters",
                rig.http().get(path.replace(vin.value(), "SHORT")));
        for (String route : List.of("/history?signal=GEAR", "/stream", "/intake")) {
            assertProblem(
                    404,
                    "VEHICLE_UNKNOWN",
                    "",
                    rig.http("other,telemetry:read").get("/api/v1/vehicles/" + vin + route));
        }
    }

    @Test
    void aNewCatalogueAndANewOwnerTakeEffectWithoutARestart() {
        rig.publish(vin, "acme", null);
        SOON.that("it has no catalogue", () -> get("/signals?signal=GEAR").status() == 404);
        send(motion(1, 1, 1));
        SOON.that("it is counted", () -> items("/intake").size() == 1);
        assertEquals(1, items("/intake").getFirst().get("unknownFrames").intValue());
        rig.publish(vin, "acme", SMALL.ref());
        SOON.passes(
                "it decodes now",
                () -> {
                    send(motion(System.nanoTime(), 2, 2));
                    assertFalse(items("/signals").isEmpty());
                });
        rig.publish(vin, "other", SMALL.ref());
        SOON.that("it is gone", () -> get("/signals").status() == 404);
    }

    @Test
    void aModelsCatalogueTakesEffectAtItsTimeWithoutARestart() {
        String model = "scheduled";
        TestCatalogue second =
                new TestCatalogue(new CatalogueRef("second", SMALL.ref().hash()), SMALL.source());
        rig.publish(second);
        Instant change = Instant.EPOCH.plus(now - 60_000_000, ChronoUnit.MICROS);
        ModelFact.InForce first = new ModelFact.InForce(SMALL.ref(), Instant.EPOCH);
        AtomicLong seq = new AtomicLong();
        rig.publish("acme", model, first);
        rig.publish(vin, "acme", model, null);
        SOON.passes(
                "the first one decodes",
                () -> {
                    send(motion(seq.incrementAndGet(), 1, 2));
                    assertEquals(Set.of(SMALL.ref().toString()), catalogues("/signals"));
                });
        rig.publish("acme", model, first, new ModelFact.InForce(second.ref(), change));
        SOON.passes(
                "what comes now is decoded by the second",
                () -> {
                    send(motion(seq.incrementAndGet(), 2, 2));
                    assertEquals(Set.of(second.ref().toString()), catalogues("/signals"));
                });
        long before = now - 120_000_000;
        rig.batch(
                vin,
                TestBatch.of(77, 1, before).stored().frame(before, "can0", 0x100, 1, 0, 2).bytes(),
                now);
        String history = "/history?signal=GEAR&to=" + change;
        SOON.passes(
                "what was stored before the change is decoded by the first",
                () -> assertEquals(Set.of(SMALL.ref().toString()), catalogues(history)));
    }

    private Set<String> catalogues(String path) {
        return items(path).stream()
                .map(item -> item.path("catalogue").asText())
                .collect(Collectors.toSet());
    }

    @Test
    void whatCannotBeUsedIsKeptWithTheReason() {
        rig.send(Topic.TELEMETRY_CAN, vin.value(), "nonsense".getBytes(StandardCharsets.UTF_8));
        CatalogueRef missing = new CatalogueRef("missing", "0".repeat(32));
        send(motion(1, 1, 1).catalogue(missing));
        Vin unknown = Vin.of("JTMW1RFV7KD888888");
        rig.batch(unknown, motion(1, 1, 1).bytes(), now);
        send(motion(2, 1, 1));
        SOON.that("the good one is stored", () -> items("/signals").size() == 2);
        SOON.passes(
                "three are rejected",
                () -> {
                    assertEquals(List.of("MALFORMED", "CATALOGUE_UNKNOWN"), reasons(vin));
                    assertEquals(List.of("VEHICLE_UNKNOWN"), reasons(unknown));
                });
        assertEquals(1, items("/intake").getFirst().get("missingBatches").intValue());
        String metrics = rig.admin().get("/metrics").body();
        assertTrue(metrics.contains("telemetry_batches_rejected_total{reason=\"MALFORMED\"}"));
        assertFalse(metrics.contains(vin.value()));
    }

    private static List<String> reasons(Vin vin) {
        List<String> reasons = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : rig.records(Topic.TELEMETRY_REJECTED)) {
            if (vin.value().equals(new String(record.key(), StandardCharsets.US_ASCII))) {
                reasons.add(TelemetryRig.header(record, Headers.REASON));
                assertFalse(TelemetryRig.header(record, Headers.DETAIL).isBlank());
            }
        }
        return reasons;
    }

    /** Twenty times a catalogue that nobody has seen, and at once a batch that names it. */
    @Test
    void aCatalogueThatStandsBeforeTheBatchNeverRejectsIt() {
        for (int i = 1; i <= 20; i++) {
            TestCatalogue fresh =
                    new TestCatalogue(
                            new CatalogueRef("fresh-" + i, SMALL.ref().hash()), SMALL.source());
            rig.publish(fresh);
            send(motion(i, i, 1).catalogue(fresh.ref()));
        }
        SOON.that("all are accepted", () -> items("/history?signal=GEAR").size() == 20);
        assertEquals(List.of(), reasons(vin));
    }

    @Test
    void aStreamGivesEverySampleOnceAndGoesOnWhereItWasLeft() throws Exception {
        String url = rig.base() + "/api/v1/vehicles/" + vin + "/stream?signal=MOTION.SPEED";
        String lastId;
        try (EventReader reader = EventReader.open(url, TelemetryRig.ACME, null)) {
            send(batch(1).frame(now, "can0", 0x100, 1, 0, 1).frame(now, "can0", 0x100, 2, 0, 1));
            List<EventReader.Event> events = reader.next(2);
            assertEquals(List.of(1, 2), raw(events));
            assertEquals("sample", events.getFirst().type());
            assertEquals("can0.MOTION.SPEED", events.getFirst().data().get("signal").textValue());
            lastId = events.getFirst().id();
        }
        send(motion(2, 3, 1));
        send(motion(3, 4, 1));
        SOON.that("they are stored", () -> items("/history?signal=GEAR").size() == 4);
        try (EventReader reader = EventReader.open(url, TelemetryRig.ACME, lastId)) {
            assertEquals(List.of(2, 3, 4), raw(reader.next(3)));
            send(motion(4, 5, 1));
            assertEquals(List.of(5), raw(reader.next(1)));
            assertTrue(reader.isEmpty());
        }
    }

    private static List<Integer> raw(List<EventReader.Event> events) {
        return events.stream().map(event -> event.data().get("raw").intValue()).toList();
    }

    @Test
    void aStreamThatCannotGoOnSaysReset() throws Exception {
        String url = rig.base() + "/api/v1/vehicles/" + vin + "/stream";
        byte[] key = vin.value().getBytes(StandardCharsets.US_ASCII);
        int own = Utils.toPositive(Utils.murmur2(key)) % TelemetryRig.PARTITIONS;
        String ahead = own + "-999999999-0";
        String elsewhere = (own + 1) % TelemetryRig.PARTITIONS + "-0-0";
        for (String id : List.of("nonsense", ahead, elsewhere, "999-1-1")) {
            try (EventReader reader = EventReader.open(url, TelemetryRig.ACME, id)) {
                assertEquals("reset", reader.next().type(), id);
            }
        }
    }

    @Test
    void aThinnedStreamGivesTheNewestOfEachSignal() throws Exception {
        String url = rig.base() + "/api/v1/vehicles/" + vin + "/stream?every=1s";
        try (EventReader reader = EventReader.open(url, TelemetryRig.ACME, null)) {
            TestBatch many = batch(1);
            for (int i = 1; i <= 200; i++) {
                many.frame(now + i, "can0", 0x100, i, 0, 2);
            }
            send(many);
            List<EventReader.Event> round = reader.next(2);
            assertEquals(List.of(200, 2), raw(round));
            assertEquals("", round.getFirst().id());
            assertFalse(round.getLast().id().isEmpty());
            assertTrue(reader.isEmpty());
        }
    }
}
