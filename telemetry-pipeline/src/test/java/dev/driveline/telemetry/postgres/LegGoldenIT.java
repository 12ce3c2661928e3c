package dev.driveline.telemetry.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.can.BusSource;
import dev.driveline.can.CandumpReader;
import dev.driveline.can.Matching;
import dev.driveline.can.Transport;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.store.postgres.Outbox;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.telemetry.intake.BookFacts;
import dev.driveline.telemetry.intake.Intake;
import dev.driveline.telemetry.intake.MapProgress;
import dev.driveline.telemetry.intake.Outcome;
import dev.driveline.telemetry.sample.PartitionSlice;
import dev.driveline.telemetry.sample.StoredBatch;
import dev.driveline.telemetry.trip.Clues;
import dev.driveline.telemetry.trip.Leg;
import dev.driveline.testkit.TestData;
import dev.driveline.testkit.TestPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Recorded drives through intake and store, against what an independent decoder's values say. */
final class LegGoldenIT {

    private static final TenantId ACME = TenantId.of("acme");
    private static final Vin TOYOTA = Vin.of("JTMW1RFV7KM000001");
    private static final long BATCH_US = 1_000_000;
    private static final String SPEED = "can0.SPEED.SPEED";

    private static Database database;

    private record Value(long tUs, double value) {}

    @BeforeAll
    static void open() {
        TestPostgres.Database server = TestPostgres.freshDatabase();
        database =
                Database.openWithOutbox(
                        new DatabaseConfig(server.jdbcUrl(), server.user(), server.password(), 6),
                        "telemetry");
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static TestCatalogue toyota() throws IOException {
        return TestCatalogue.of(
                "toyota",
                BusSource.of(
                        "can0",
                        Matching.EXACT,
                        "toyota_new_mc_pt_generated.dbc",
                        Files.readAllBytes(
                                TestData.path("toyota/toyota_new_mc_pt_generated.dbc"))));
    }

    private static TestCatalogue kona() throws IOException {
        return TestCatalogue.of(
                "kona",
                BusSource.of(
                        "can1",
                        Matching.EXACT,
                        Transport.ISO_TP_LENGTH_BYTE,
                        "uds.dbc",
                        Files.readAllBytes(TestData.path("kona/uds.dbc"))));
    }

    /** The legs of a recording, found a second time after every third batch came late. */
    private static List<Leg> legs(
            Vin vin,
            String log,
            TestCatalogue catalogue,
            int partition,
            Leg.Kind kind,
            String... mapped)
            throws IOException {
        MappingBook mappings = new MappingBook();
        List<MappingFact.Entry> entries = new ArrayList<>();
        for (int i = 0; i < mapped.length; i += 3) {
            entries.add(new MappingFact.Entry(mapped[i], mapped[i + 1], mapped[i + 2], 1, 0));
        }
        mappings.put(new MappingFact(1, ACME, catalogue.ref(), "hash", entries));
        SampleTables tables = new SampleTables(database, mappings);
        LegKeeper keeper =
                LegKeeper.still(
                        database,
                        new Outbox(),
                        new Clues(mappings),
                        RetentionTable.ofSamples(database, 36_500),
                        Clock.fixed(Instant.now().plus(Duration.ofHours(1)), ZoneOffset.UTC),
                        new SimpleMeterRegistry());
        List<StoredBatch> batches = decoded(vin, log, catalogue);
        List<StoredBatch> live = new ArrayList<>();
        List<StoredBatch> late = new ArrayList<>();
        for (int i = 0; i < batches.size(); i++) {
            (i % 3 == 1 ? late : live).add(batches.get(i));
        }
        long offset = tables.nextOffsets(List.of(partition)).get(partition);
        for (List<StoredBatch> some : List.of(live, late)) {
            var _ = tables.append(List.of(new PartitionSlice(partition, offset, offset + 1, some)));
            keeper.lookDue();
            offset++;
        }
        return new LegTable(database).list(ACME, vin, kind, 0, Long.MAX_VALUE, null, 100);
    }

    private static List<StoredBatch> decoded(Vin vin, String file, TestCatalogue catalogue)
            throws IOException {
        BookFacts facts = new BookFacts();
        facts.publish(catalogue);
        facts.publish(vin, catalogue.ref());
        Intake intake = new Intake(facts);
        MapProgress progress = new MapProgress();
        byte[] key = vin.value().getBytes(StandardCharsets.US_ASCII);
        List<TestBatch> batches = new ArrayList<>();
        long endUs = 0;
        try (CandumpReader log = CandumpReader.open(TestData.path(file))) {
            while (log.next()) {
                if (log.timeUs() >= endUs) {
                    batches.add(TestBatch.of(7, batches.size() + 1L, log.timeUs()));
                    endUs = log.timeUs() + BATCH_US;
                }
                batches.getLast()
                        .frame(
                                log.timeUs(),
                                log.bus(),
                                log.id(),
                                log.flags(),
                                log.data(),
                                log.length());
            }
        }
        List<StoredBatch> stored = new ArrayList<>();
        for (TestBatch batch : batches) {
            Outcome.Accepted accepted =
                    assertInstanceOf(
                            Outcome.Accepted.class,
                            intake.take(key, batch.bytes(), endUs, progress));
            stored.add(StoredBatch.of(vin, ACME, accepted.batch()));
        }
        return stored;
    }

    private static List<Value> oracle(String message, String signal) throws IOException {
        List<Value> values = new ArrayList<>();
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(
                                        Files.newInputStream(
                                                TestData.path("toyota/expected.jsonl.gz"))),
                                StandardCharsets.UTF_8))) {
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                JsonNode line = Json.read(text, JsonNode.class);
                if (line.get("bus").textValue().equals("can0")
                        && line.get("msg").textValue().equals(message)) {
                    values.add(
                            new Value(
                                    new BigDecimal(line.get("t").textValue())
                                            .movePointRight(6)
                                            .longValueExact(),
                                    line.get("phys").get(signal).doubleValue()));
                }
            }
        }
        return values;
    }

    @Test
    void theToyotaMinuteIsOneTripOfTheLengthThatItsSpeedSays() throws IOException {
        List<Leg> trips =
                legs(
                        TOYOTA,
                        "toyota/log.gz",
                        toyota(),
                        1,
                        Leg.Kind.TRIP,
                        SPEED,
                        "Vehicle.Speed",
                        "km/h");
        List<Value> speeds = oracle("SPEED", "SPEED");
        double metres = 0;
        for (int i = 1; i < speeds.size(); i++) {
            Value from = speeds.get(i - 1);
            Value to = speeds.get(i);
            metres += (from.value() + to.value()) / 7.2 * (to.tUs() - from.tUs()) / 1e6;
        }
        assertEquals(1, trips.size());
        Leg trip = trips.getFirst();
        assertEquals(speeds.getFirst().tUs(), trip.startUs());
        assertEquals(speeds.getLast().tUs(), trip.endUs());
        assertEquals(metres, trip.distanceM(), 1e-6);
        assertTrue(metres > 800 && metres < 1_200, "the drive has " + metres + " m");
        assertEquals(0, trip.idleUs());
    }

    @Test
    void withItsOdometerTheToyotaTripHasTheLengthThatItSays() throws IOException {
        Vin vin = Vin.of("JTMW1RFV7KM000002");
        List<Leg> trips =
                legs(
                        vin,
                        "toyota/log.gz",
                        toyota(),
                        2,
                        Leg.Kind.TRIP,
                        SPEED,
                        "Vehicle.Speed",
                        "km/h",
                        "can0.UI_SETTING.ODOMETER",
                        "Vehicle.TraveledDistance",
                        "km",
                        "can0.ENGINE_RPM.ENGINE_RUNNING",
                        "Vehicle.Powertrain.CombustionEngine.IsRunning",
                        "");
        List<Value> odometer = oracle("UI_SETTING", "ODOMETER");
        List<Value> engine = oracle("ENGINE_RPM", "ENGINE_RUNNING");
        List<Value> speeds = oracle("SPEED", "SPEED");
        assertEquals(1, trips.size());
        Leg trip = trips.getFirst();
        assertTrue(trip.isByOdometer());
        assertEquals(
                1_000 * (odometer.getLast().value() - odometer.getFirst().value()),
                trip.distanceM());
        assertEquals(Math.min(engine.getFirst().tUs(), speeds.getFirst().tUs()), trip.startUs());
    }

    /** It tells its state of charge and the weather, and neither speed nor ignition. */
    @Test
    void theKonaTellsOfNoTrip() throws IOException {
        for (Leg.Kind kind : Leg.Kind.values()) {
            assertEquals(
                    List.of(),
                    legs(
                            Vin.of("KMHK581GFKU00000" + (kind.number() + 1)),
                            "kona/log.gz",
                            kona(),
                            3,
                            kind,
                            stateOfCharge(),
                            "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current",
                            "percent"));
        }
    }

    private static String stateOfCharge() throws IOException {
        return kona().compiled().catalogue().signals().stream()
                .map(signal -> signal.fullName())
                .filter(name -> name.endsWith("StateOfChargeBMS"))
                .findFirst()
                .orElseThrow();
    }
}
