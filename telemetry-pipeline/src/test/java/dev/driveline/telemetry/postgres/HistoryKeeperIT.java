package dev.driveline.telemetry.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.Erasure;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.contract.telemetry.v1.SampledSignal;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.sample.PartitionSlice;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleStore.Appended;
import dev.driveline.telemetry.sample.StoredBatch;
import dev.driveline.telemetry.slice.Buckets;
import dev.driveline.testkit.TestPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class HistoryKeeperIT {

    private static final TenantId ACME = TenantId.of("acme");
    private static final TenantId OTHER = TenantId.of("other");
    private static final String SIGNAL = "can0.M.S";
    private static final long SECOND_US = 1_000_000;

    private static Database database;
    private static int lastVehicle;

    private final Vin vin = Vin.of("JTMW1RFV7KE%06d".formatted(++lastVehicle));
    private final int partition = lastVehicle;
    private final SampleTables tables = new SampleTables(database, new MappingBook());
    private final SampleQueries queries = new SampleQueries(database);
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private long offset = tables.nextOffsets(List.of(partition)).get(partition);

    @BeforeAll
    static void open() {
        TestPostgres.Database server = TestPostgres.freshDatabase();
        database =
                Database.open(
                        new DatabaseConfig(server.jdbcUrl(), server.user(), server.password(), 6),
                        "telemetry");
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private HistoryKeeper keeper(Instant now, int retentionDays) {
        return HistoryKeeper.still(
                database, retentionDays, Clock.fixed(now, ZoneOffset.UTC), metrics);
    }

    private static Instant soon() {
        return Instant.now().plus(Duration.ofHours(1));
    }

    private void store(TenantId tenant, long seq, long tUs, int... values) {
        SampleBatch.Builder batch =
                SampleBatch.newBuilder()
                        .setSchema(1)
                        .setBootId(ByteString.copyFrom(ByteBuffer.allocate(8).putLong(1).flip()))
                        .setSeq(seq)
                        .setT0Us(tUs)
                        .setRecvUs(tUs + 50)
                        .setCatalogue("test@" + "0".repeat(32))
                        .addSignal(SampledSignal.newBuilder().setName(SIGNAL).setFactor(0.5));
        for (int i = 0; i < values.length; i++) {
            batch.addDtUs(i == 0 ? 0 : (int) SECOND_US).addIdx(0).addInts(values[i]);
        }
        List<StoredBatch> stored = List.of(StoredBatch.of(vin, tenant, batch.build()));
        assertInstanceOf(
                Appended.Stored.class,
                tables.append(List.of(new PartitionSlice(partition, offset, offset + 1, stored))));
        offset++;
    }

    private List<Sample> all(TenantId tenant) {
        return queries.history(tenant, vin, Set.of(SIGNAL), 0, Long.MAX_VALUE / 2, null, 100_000);
    }

    private long count(String table) {
        return database.transaction(handle ->
                handle.createQuery("select count(*) from " + table + " where vin = :vin")
                        .bind("vin", vin.value())
                        .mapTo(Long.class)
                        .one());
    }

    @Test
    void batchesOfTenMinutesBecomeOneRow() {
        long start = 1_700_000_400L * SECOND_US;
        for (int seq = 1; seq <= 60; seq++) {
            store(ACME, seq, start + seq * 9L * SECOND_US, seq, -seq);
        }
        List<Sample> before = all(ACME);
        keeper(soon(), 36_500).joinDue();
        assertEquals(0, count("recent"));
        assertEquals(1, count("history"));
        assertEquals(before, all(ACME));
        Buckets buckets = queries.buckets(ACME, vin, SIGNAL, start, 600 * SECOND_US, 1);
        assertEquals(120, buckets.count(0));
        assertEquals(30, buckets.greatest(0));
        assertEquals(-30, buckets.last(0));
    }

    @Test
    void whatIsStillComingIsLeftAlone() {
        Instant now = Instant.now();
        store(ACME, 1, now.toEpochMilli() * 1_000, 1);
        keeper(now, 36_500).joinDue();
        assertEquals(1, count("recent"));
        // Its clock may have run ahead: after twenty minutes it is joined in any case.
        keeper(now.plus(Duration.ofMinutes(21)), 36_500).joinDue();
        assertEquals(0, count("recent"));
    }

    @Test
    void whatIsOlderThanItsTenantKeepsIsDropped() {
        Instant now = Instant.parse("2023-11-20T12:00:00Z");
        long dayUs = 86_400 * SECOND_US;
        long nowUs = now.toEpochMilli() * 1_000;
        store(ACME, 1, nowUs - 20 * dayUs, 1);
        store(ACME, 2, nowUs - dayUs, 2);
        store(OTHER, 3, nowUs - 20 * dayUs, 3);
        keeper(soon(), 36_500).joinDue();
        database.run(handle ->
                handle.execute("update tenant set retention_days = 30 where name = 'other'"));
        keeper(now, 10).dropOutdated();
        assertEquals(List.of(2L), all(ACME).stream().map(Sample::raw).toList());
        assertEquals(List.of(3L), all(OTHER).stream().map(Sample::raw).toList());

        // What comes later still is not kept either.
        store(ACME, 4, nowUs - 20 * dayUs, 4);
        keeper(soon(), 10).joinDue();
        assertEquals(0, count("recent"));
        assertTrue(metrics.counter("telemetry.history.expired").count() >= 1);
        database.run(handle ->
                handle.execute("update tenant set retention_days = null where name = 'other'"));
    }

    @Test
    void whatComesAfterAnErasureIsForgottenUnlessItIsNewer() {
        Instant at = Instant.parse("2024-05-01T12:00:00Z");
        long atUs = at.toEpochMilli() * 1_000;
        ErasureTable erasures = new ErasureTable(database);
        store(ACME, 1, atUs - 100 * SECOND_US, 1);
        keeper(soon(), 36_500).joinDue();
        store(ACME, 2, atUs - 50 * SECOND_US, 2);
        assertTrue(
                erasures.erase(
                                new Erasure(
                                        Vin.of("0ERASED0000000002"),
                                        vin,
                                        at,
                                        at.plus(Duration.ofDays(30))))
                        >= 4);
        assertEquals(List.of(), all(ACME));

        // One was still on its way, one is of a vehicle enrolled anew.
        store(ACME, 3, atUs - 10 * SECOND_US, 3);
        store(ACME, 4, atUs + 10 * SECOND_US, 4);
        keeper(at.plus(Duration.ofDays(1)), 36_500).eraseAgain();
        assertEquals(List.of(4L), all(ACME).stream().map(Sample::raw).toList());

        keeper(at.plus(Duration.ofDays(31)), 36_500).eraseAgain();
        assertEquals(0, count("erasure"));
    }

    @Test
    void instancesBesideEachOtherAndAWriterLoseAndDoubleNothing() throws Exception {
        List<Future<?>> keepers = new ArrayList<>();
        int batches = 400;
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            for (int i = 0; i < 3; i++) {
                keepers.add(
                        threads.submit(() -> {
                            HistoryKeeper keeper = keeper(soon(), 36_500);
                            while (all(ACME).size() < 2 * batches) {
                                keeper.joinDue();
                            }
                        }));
            }
            for (int seq = 1; seq <= batches; seq++) {
                store(ACME, seq, 1_650_000_000L * SECOND_US + seq * 3L * SECOND_US, seq, seq);
            }
            for (Future<?> keeper : keepers) {
                keeper.get();
            }
        }
        keeper(soon(), 36_500).joinDue();
        assertEquals(0, count("recent"));
        List<Long> raw = all(ACME).stream().map(Sample::raw).toList();
        assertEquals(2 * batches, raw.size());
        for (int i = 0; i < raw.size(); i++) {
            assertEquals(i / 2 + 1, raw.get(i));
        }
    }
}
