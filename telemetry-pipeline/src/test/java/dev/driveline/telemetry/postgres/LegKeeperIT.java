package dev.driveline.telemetry.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.Erasure;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.contract.telemetry.v1.SampledSignal;
import dev.driveline.contract.trip.TripEvent;
import dev.driveline.contract.trip.TripStep;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.store.postgres.Outbox;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.sample.PartitionSlice;
import dev.driveline.telemetry.sample.SampleStore.Appended;
import dev.driveline.telemetry.sample.StoredBatch;
import dev.driveline.telemetry.trip.Clues;
import dev.driveline.telemetry.trip.Leg;
import dev.driveline.testkit.TestPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class LegKeeperIT {

    private static final TenantId ACME = TenantId.of("acme");
    private static final CatalogueRef CATALOGUE = new CatalogueRef("test", "0".repeat(32));
    private static final String SIGNAL = "can0.M.SPEED";
    private static final long T0_US = 1_700_000_000_000_000L;
    private static final long SECOND_US = 1_000_000;

    private static Database database;
    private static int lastVehicle;

    private final Vin vin = Vin.of("JTMW1RFV7KL%06d".formatted(++lastVehicle));
    private final int partition = lastVehicle;
    private final MappingBook mappings = new MappingBook();
    private final SampleTables tables = new SampleTables(database, mappings);
    private final LegTable legs = new LegTable(database);
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private long offset = tables.nextOffsets(List.of(partition)).get(partition);

    LegKeeperIT() {
        mappings.put(
                new MappingFact(
                        1,
                        ACME,
                        CATALOGUE,
                        "hash",
                        List.of(new MappingFact.Entry(SIGNAL, "Vehicle.Speed", "km/h", 1, 0))));
    }

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

    private LegKeeper keeper(Instant now) {
        return keeper(now, 36_500);
    }

    private LegKeeper keeper(Instant now, int retentionDays) {
        return LegKeeper.still(
                database,
                new Outbox(),
                new Clues(mappings),
                RetentionTable.ofSamples(database, retentionDays),
                Clock.fixed(now, ZoneOffset.UTC),
                metrics);
    }

    private static Instant soon() {
        return Instant.now().plus(Duration.ofHours(1));
    }

    /** One value a second from a second on. */
    private void store(long seq, long second, int... speeds) {
        SampleBatch.Builder batch =
                SampleBatch.newBuilder()
                        .setSchema(1)
                        .setBootId(ByteString.copyFrom(ByteBuffer.allocate(8).putLong(1).flip()))
                        .setSeq(seq)
                        .setT0Us(T0_US + second * SECOND_US)
                        .setRecvUs(T0_US + (second + 100) * SECOND_US)
                        .setCatalogue(CATALOGUE.toString())
                        .addSignal(SampledSignal.newBuilder().setName(SIGNAL).setFactor(1));
        for (int i = 0; i < speeds.length; i++) {
            batch.addDtUs(i == 0 ? 0 : (int) SECOND_US).addIdx(0).addInts(speeds[i]);
        }
        store(batch.build());
    }

    private void store(SampleBatch batch) {
        List<StoredBatch> stored = List.of(StoredBatch.of(vin, ACME, batch));
        assertInstanceOf(
                Appended.Stored.class,
                tables.append(List.of(new PartitionSlice(partition, offset, offset + 1, stored))));
        offset++;
    }

    private static int[] speeds(int value, int seconds) {
        int[] speeds = new int[seconds];
        Arrays.fill(speeds, value);
        return speeds;
    }

    private List<Leg> trips() {
        return legs.list(ACME, vin, Leg.Kind.TRIP, 0, Long.MAX_VALUE, null, 100);
    }

    private List<TripEvent> told() {
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select value from outbox
                                where topic = 'telemetry.trips' and key = :vin order by id
                                """)
                        .bind("vin", vin.value().getBytes(StandardCharsets.US_ASCII))
                        .map((row, _) -> Json.read(row.getBytes(1), TripEvent.class))
                        .list());
    }

    private static boolean gaveBack(LegLeases.Lease lease) {
        return database.transaction(handle -> LegLeases.giveBack(handle, lease, null, null));
    }

    private long count(String table) {
        return database.transaction(handle ->
                handle.createQuery("select count(*) from " + table + " where vin = :vin")
                        .bind("vin", vin.value())
                        .mapTo(Long.class)
                        .one());
    }

    private void age(String column, int minutes) {
        database.run(handle ->
                handle.execute(
                        "update leg_mark set %1$s = %1$s - interval '%2$d minutes' where vin = ?"
                                .formatted(column, minutes),
                        vin.value()));
    }

    @Test
    void aTripIsFoundWhenItsVehicleComesToRestAndIsToldOnce() {
        store(1, 0, speeds(36, 101));
        keeper(Instant.now()).lookDue();
        assertEquals(List.of(), trips());
        keeper(soon()).lookDue();
        keeper(soon()).lookDue();
        Leg trip = trips().getFirst();
        assertTrue(trip.over());
        assertEquals(1_000, trip.distanceM(), 1e-9);
        assertEquals(T0_US + 100 * SECOND_US, trip.endUs());
        List<TripEvent> told = told();
        assertEquals(1, told.size());
        assertEquals(trip.id(vin), told.getFirst().trip());
        assertEquals(1_000, told.getFirst().distanceM(), 1e-9);
    }

    @Test
    void aTripThatGoesOnIsNotToldUntilTimeEndsIt() {
        store(1, 0, speeds(36, 101));
        keeper(Instant.now().plusSeconds(120)).lookDue();
        assertFalse(trips().getFirst().over());
        assertEquals(List.of(), told());
        keeper(Instant.now().plusSeconds(500)).lookDue();
        assertFalse(trips().getFirst().over());
        keeper(Instant.now().plusSeconds(700)).lookDue();
        assertTrue(trips().getFirst().over());
        assertEquals(1, told().size());
    }

    @Test
    void lateDataJoinWhatASilenceHadTorn() {
        store(1, 0, speeds(36, 101));
        store(2, 900, speeds(36, 101));
        keeper(soon()).lookDue();
        assertEquals(2, trips().size());
        store(3, 100, speeds(36, 801));
        keeper(soon()).lookDue();
        assertEquals(1, trips().size());
        Leg whole = trips().getFirst();
        assertEquals(T0_US, whole.startUs());
        assertEquals(10_000, whole.distanceM(), 1e-6);
        assertEquals(
                List.of(TripStep.FOUND, TripStep.FOUND, TripStep.FOUND, TripStep.WITHDRAWN),
                told().stream().map(TripEvent::step).toList());
        assertEquals(2, metrics.counter("telemetry.trips.again").count());
    }

    @Test
    void whatIsLaterThanItsSamplesAreKeptChangesNothing() {
        store(1, 1_000, speeds(36, 101));
        keeper(soon(), 30).lookDue();
        store(2, 0, speeds(36, 101));
        store(3, 3_000, speeds(36, 101));
        keeper(soon(), 30).lookDue();
        assertEquals(
                List.of(T0_US + 3_000 * SECOND_US, T0_US + 1_000 * SECOND_US),
                trips().stream().map(Leg::startUs).toList());
        assertEquals(2, told().size());
    }

    @Test
    void aVehicleThatGoesOnIsFollowedAsFarAsItsBatchesAreJoined() {
        store(1, 0, speeds(36, 500));
        store(2, 500, speeds(36, 500));
        keeper(soon()).lookDue();
        store(3, 1_000, speeds(36, 500));
        age("first_at", 11);
        keeper(Instant.now()).lookDue();
        Leg before = trips().getFirst();
        assertEquals(T0_US + 999 * SECOND_US, before.endUs());
        HistoryKeeper.still(
                        database,
                        36_500,
                        Clock.fixed(soon(), ZoneOffset.UTC),
                        new SimpleMeterRegistry())
                .joinDue();
        store(4, 1_600, speeds(36, 500));
        age("first_at", 11);
        keeper(Instant.now()).lookDue();
        Leg after = trips().getFirst();
        assertFalse(after.over());
        assertEquals(T0_US + 1_499 * SECOND_US, after.endUs());
        keeper(soon()).lookDue();
        assertEquals(1, trips().size());
        assertEquals(19_980, trips().getFirst().distanceM(), 1e-6);
        // At the first look, and never since.
        assertEquals(1, metrics.counter("telemetry.trips.again").count());
    }

    @Test
    void whatSomebodyDiedOverIsTakenUpAgain() {
        store(1, 0, speeds(36, 101));
        LegLeases leases = new LegLeases(database);
        LegLeases.Vehicle vehicle =
                leases.due(soon(), soon(), soon()).stream()
                        .filter(due -> due.vin().equals(vin))
                        .findFirst()
                        .orElseThrow();
        assertTrue(leases.take(vehicle, soon()) != null);
        keeper(soon()).lookDue();
        assertEquals(List.of(), trips());
        age("leased_at", 6);
        keeper(soon()).lookDue();
        assertEquals(1, trips().size());
    }

    @Test
    void whoLostItsLeaseWritesNothing() {
        store(1, 0, speeds(36, 101));
        LegLeases leases = new LegLeases(database);
        LegLeases.Vehicle vehicle =
                leases.due(soon(), soon(), soon()).stream()
                        .filter(due -> due.vin().equals(vin))
                        .findFirst()
                        .orElseThrow();
        LegLeases.Lease lost = leases.take(vehicle, soon());
        age("leased_at", 6);
        LegLeases.Lease held = leases.take(vehicle, soon());
        assertEquals(T0_US, held.newUs());
        assertFalse(gaveBack(lost));
        assertTrue(gaveBack(held));
    }

    @Test
    void severalInstancesFindTheSameOnce() throws Exception {
        for (int i = 0; i < 20; i++) {
            store(i + 1L, i * 1_000L, speeds(36, 101));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                running.add(threads.submit(() -> keeper(soon()).lookDue()));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
        assertEquals(20, trips().size());
        assertEquals(20, told().size());
    }

    @Test
    void anErasedVehicleHasNoTrips() {
        store(1, 0, speeds(36, 101));
        keeper(soon()).lookDue();
        var _ =
                new ErasureTable(database)
                        .erase(
                                new Erasure(
                                        Vin.of("0ERASED0000000001"), vin, Instant.now(), soon()));
        assertEquals(0, count("leg") + count("leg_mark") + count("leg_memory"));
    }

    @Test
    void tripsGoWithTheSamplesTheyWereFoundIn() {
        store(1, 0, speeds(36, 101));
        keeper(soon()).lookDue();
        assertEquals(1, trips().size());
        HistoryKeeper.still(
                        database,
                        30,
                        Clock.fixed(soon(), ZoneOffset.UTC),
                        new SimpleMeterRegistry())
                .dropOutdated();
        assertEquals(List.of(), trips());
    }
}
