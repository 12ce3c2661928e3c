package dev.driveline.telemetry.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.google.protobuf.ByteString;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.telemetry.v1.Quality;
import dev.driveline.contract.telemetry.v1.QualityRun;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.contract.telemetry.v1.SampledSignal;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.sample.PartitionSlice;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.telemetry.sample.SampleStore.Appended;
import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.telemetry.sample.StoredBatch;
import dev.driveline.telemetry.sequence.GapChange;
import dev.driveline.testkit.Draw;
import dev.driveline.testkit.TestPostgres;
import dev.driveline.testkit.Trials;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class SampleTablesIT {

    private static final Set<String> ALL = Set.of();
    private static final TenantId TENANT = TenantId.of("acme");
    private static final long END = Long.MAX_VALUE / 2;

    private static Database database;
    private static int lastVehicle;

    private final Vin vin = Vin.of("JTMW1RFV7KD%06d".formatted(++lastVehicle));
    private final SampleTables tables = new SampleTables(database, new MappingBook());
    private final SampleQueries queries = new SampleQueries(database);

    /** One partition a test, so that they do not disturb each other. */
    private final int partition = lastVehicle;

    private long offset = tables.nextOffsets(List.of(partition)).get(partition);

    @BeforeAll
    static void open() {
        TestPostgres.Database server = TestPostgres.freshDatabase();
        database =
                Database.open(
                        new DatabaseConfig(server.jdbcUrl(), server.user(), server.password(), 4),
                        "telemetry");
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private void store(SampleBatch... batches) {
        List<StoredBatch> stored = new ArrayList<>();
        for (SampleBatch batch : batches) {
            stored.add(StoredBatch.of(vin, TENANT, batch));
        }
        long next = offset + batches.length;
        assertInstanceOf(
                Appended.Stored.class,
                tables.append(List.of(new PartitionSlice(partition, offset, next, stored))));
        offset = next;
    }

    private List<Sample> history(
            Set<String> names, long from, long to, SampleKey after, int limit) {
        return queries.history(TENANT, vin, names, from, to, after, limit);
    }

    private static SampleBatch.Builder batch(long boot, long seq, long t0) {
        return SampleBatch.newBuilder()
                .setSchema(1)
                .setBootId(ByteString.copyFrom(ByteBuffer.allocate(8).putLong(boot).flip()))
                .setSeq(seq)
                .setT0Us(t0)
                .setRecvUs(t0 + 50)
                .setCatalogue("test@" + "0".repeat(32))
                .setFrames(3)
                .setUnknownFrames(1)
                .addSignal(SampledSignal.newBuilder().setName("can0.M.A").setFactor(1).setIndex(0))
                .addSignal(SampledSignal.newBuilder().setName("can0.M.B").setFactor(2).setIndex(1))
                .addSignal(
                        SampledSignal.newBuilder()
                                .setName("can0.M.R")
                                .setFactor(1)
                                .setReal(true)
                                .setIndex(2))
                // Another layout of A.
                .addSignal(SampledSignal.newBuilder().setName("can0.M.A").setFactor(3).setIndex(3));
    }

    private static SampleBatch.Builder sample(
            SampleBatch.Builder batch, int dt, int signal, long raw) {
        batch.addDtUs(dt).addIdx(signal);
        return signal == 2 ? batch.addReals(Double.longBitsToDouble(raw)) : batch.addInts(raw);
    }

    private List<Long> latestRaw() {
        return queries.latest(TENANT, vin, null, ALL, "", 100).stream().map(Sample::raw).toList();
    }

    @Test
    void anotherWriterFencesThisOne() {
        store(sample(batch(1, 1, 1_000), 0, 0, 5).build());
        SampleTables other = new SampleTables(database, new MappingBook());
        SampleBatch next = sample(batch(1, 2, 2_000), 0, 0, 6).build();
        List<StoredBatch> stored = List.of(StoredBatch.of(vin, TENANT, next));
        assertEquals(Map.of(partition, 1L), other.nextOffsets(List.of(partition)));
        assertEquals(
                new Appended.Stored(1, GapChange.NONE),
                other.append(List.of(new PartitionSlice(partition, 1, 2, stored))));
        assertEquals(
                new Appended.Fenced(Set.of(partition)),
                tables.append(List.of(new PartitionSlice(partition, 1, 2, stored))));
        assertEquals(2, queries.intake(TENANT, vin, 10).getFirst().batches());
        assertEquals(2, history(Set.of("can0.M.A"), 0, END, null, 9).size());
    }

    @Test
    void whatIsFencedInOnePartitionIsNotStoredInAnother() {
        List<StoredBatch> stored =
                List.of(StoredBatch.of(vin, TENANT, sample(batch(1, 1, 1_000), 0, 0, 5).build()));
        int free = 1_000 + partition;
        long known = tables.nextOffsets(List.of(free)).get(free);
        assertEquals(
                new Appended.Fenced(Set.of(partition)),
                tables.append(
                        List.of(
                                new PartitionSlice(free, known, known + 1, stored),
                                new PartitionSlice(partition, offset + 7, offset + 8, stored))));
        assertEquals(List.of(), queries.latest(TENANT, vin, null, ALL, "", 9));
        assertEquals(Map.of(free, known), tables.nextOffsets(List.of(free)));
    }

    @Test
    void aBatchThatComesAgainIsStoredOnce() {
        SampleBatch first = sample(batch(1, 1, 1_000), 0, 0, 5).build();
        store(first);
        store(first, sample(batch(1, 2, 2_000), 0, 0, 6).build());
        assertEquals(
                List.of(5L, 6L),
                history(Set.of("can0.M.A"), 0, END, null, 9).stream().map(Sample::raw).toList());
    }

    @Test
    void aBatchThatComesAgainAfterItsSliceWasBuiltIsReadOnce() {
        SampleBatch first = sample(batch(1, 1, 1_000), 0, 0, 5).build();
        store(first);
        join();
        store(first);
        assertEquals(1, history(Set.of("can0.M.A"), 0, END, null, 9).size());
        join();
        assertEquals(1, history(Set.of("can0.M.A"), 0, END, null, 9).size());
    }

    @Test
    void anotherTenantFindsNothing() {
        store(sample(batch(1, 1, 1_000), 0, 0, 5).build());
        TenantId other = TenantId.of("other");
        for (int joined = 0; joined < 2; joined++) {
            assertEquals(
                    List.of(), queries.history(other, vin, Set.of("can0.M.A"), 0, END, null, 9));
            assertEquals(0, queries.buckets(other, vin, "can0.M.A", 0, 60_000_000, 1).count(0));
            assertEquals(1, queries.buckets(TENANT, vin, "can0.M.A", 0, 60_000_000, 1).count(0));
            join();
        }
        assertEquals(List.of(), queries.latest(other, vin, null, ALL, "", 9));
        assertEquals(Set.of(), queries.names(other, vin));
        assertEquals(List.of(), queries.intake(other, vin, 9));
    }

    @Test
    void theLatestIsByVehicleTimeWhateverComesLast() {
        store(sample(sample(batch(1, 2, 2_000), 0, 0, 20), 5, 1, 21).build());
        store(sample(sample(batch(1, 1, 1_000), 0, 0, 10), 5, 2, 11).setLate(true).build());
        assertEquals(List.of(20L, 21L, 11L), latestRaw());
        store(
                sample(batch(1, 3, 3_000), 0, 0, 30).build(),
                sample(sample(batch(1, 4, 2_500), 0, 0, 25), 0, 1, 26).build());
        assertEquals(List.of(30L, 26L, 11L), latestRaw());
    }

    @Test
    void lateSamplesOfUncertainTimeFillEmptyPlacesOnly() {
        store(sample(batch(1, 2, 2_000), 0, 0, 20).build());
        QualityRun estimated =
                QualityRun.newBuilder()
                        .setCount(2)
                        .setQuality(Quality.QUALITY_ESTIMATED_TIME)
                        .build();
        store(
                sample(sample(batch(1, 1, 9_000), 0, 0, 90), 0, 1, 91)
                        .setLate(true)
                        .addQuality(estimated)
                        .build());
        assertEquals(List.of(20L, 91L), latestRaw());
        store(sample(batch(1, 5, 9_500), 0, 0, 95).addQuality(estimated).build());
        assertEquals(List.of(95L, 91L), latestRaw());
    }

    @Test
    void latestValuesArePagedByName() {
        store(sample(sample(sample(batch(1, 1, 1_000), 0, 0, 1), 1, 1, 2), 1, 2, 3).build());
        List<String> names = new ArrayList<>();
        String after = null;
        for (int page = 0; page < 3; page++) {
            Sample sample = queries.latest(TENANT, vin, after, ALL, "can0.", 1).getFirst();
            after = sample.definition().name();
            names.add(after);
        }
        assertEquals(List.of("can0.M.A", "can0.M.B", "can0.M.R"), names);
        assertEquals(List.of(), queries.latest(TENANT, vin, after, ALL, "", 1));
        assertEquals(List.of(), queries.latest(TENANT, vin, null, ALL, "can1.", 9));
        assertEquals(1, queries.latest(TENANT, vin, null, Set.of("can0.M.B", "x"), "", 9).size());
        assertEquals(Set.copyOf(names), queries.names(TENANT, vin));
    }

    @Test
    void countsAddUpByBoot() {
        store(
                sample(batch(1, 1, 1_000), 0, 0, 1).build(),
                sample(batch(1, 4, 2_000), 0, 0, 1).setLate(true).build(),
                sample(batch(2, 1, 5_000), 0, 0, 1).build());
        store(sample(batch(1, 3, 3_000), 0, 0, 1).build());
        var boots = queries.intake(TENANT, vin, 10);
        assertEquals(List.of(2L, 1L), boots.stream().map(boot -> boot.boot()).toList());
        var first = boots.getLast();
        assertEquals(3, first.batches());
        assertEquals(1, first.missingBatches());
        assertEquals(1, first.lateBatches());
        assertEquals(9, first.frames());
        assertEquals(3, first.unknownFrames());
        assertEquals(1_050, first.firstReceivedUs());
        assertEquals(3_050, first.lastReceivedUs());
    }

    @Test
    void namesWithANulAreStoredWithoutIt() {
        SampleBatch.Builder odd =
                sample(batch(1, 1, 1_000), 0, 0, 1).setCatalogue("odd@" + "1".repeat(32));
        odd.setSignal(0, odd.getSignal(0).toBuilder().setName("can0.M.\0N").setUnit("\0"));
        store(odd.build());
        assertEquals(Set.of("can0.M.N"), queries.names(TENANT, vin));
    }

    /**
     * Overlapping batches of two boots, any window, any page size: the naive list, in its order.
     */
    @Test
    void pagesOfHistoryLoseAndDoubleNothing() {
        List<SampleBatch> batches = new ArrayList<>();
        Trials.of(51)
                .run(
                        1,
                        random -> {
                            batches.clear();
                            for (int seq = 1; seq <= 120; seq++) {
                                batches.add(drawBatch(random, seq));
                            }
                        });
        // Some of it joined into slices, some into others beside them, some not yet.
        store(batches.subList(0, 50).toArray(SampleBatch[]::new));
        join();
        store(batches.subList(50, 90).toArray(SampleBatch[]::new));
        join();
        store(batches.subList(90, 120).toArray(SampleBatch[]::new));
        List<Row> naive = naive(batches);
        Trials.of(52)
                .run(
                        60,
                        random -> {
                            Set<String> names = new HashSet<>();
                            names.add(random.oneOf(List.of("can0.M.A", "can0.M.B")));
                            names.add(random.oneOf(List.of("can0.M.R", "can0.M.B", "can9.none")));
                            long from = random.nextInt(1_200);
                            long to = from + random.nextInt(1_200);
                            int limit = 1 + random.nextInt(random.nextBoolean() ? 5 : 900);
                            random.note(names + " " + from + ".." + to + " by " + limit);
                            List<Row> expected =
                                    naive.stream()
                                            .filter(row -> names.contains(row.name()))
                                            .filter(row -> row.key().tUs() >= from)
                                            .filter(row -> row.key().tUs() < to)
                                            .limit(40L * limit)
                                            .toList();
                            assertEquals(expected, pages(names, from, to, limit));
                        });
    }

    private record Row(String name, double factor, SampleKey key, long raw) {}

    /** A vehicle's clock may be anywhere: all that is stored is due in an hour. */
    private static void join() {
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        HistoryKeeper.still(
                        database,
                        36_500,
                        Clock.offset(Clock.systemUTC(), Duration.ofHours(1)),
                        metrics)
                .joinDue();
        assertEquals(0, metrics.counter("telemetry.history.failures").count());
    }

    private List<Row> pages(Set<String> names, long from, long to, int limit) {
        List<Row> rows = new ArrayList<>();
        SampleKey after = null;
        for (int page = 0; page < 40; page++) {
            List<Sample> samples = history(names, from, to, after, limit);
            for (Sample sample : samples) {
                SignalDefinition definition = sample.definition();
                rows.add(
                        new Row(
                                definition.name(),
                                definition.factor(),
                                sample.key(),
                                sample.raw()));
            }
            if (samples.size() < limit) {
                break;
            }
            after = samples.getLast().key();
        }
        return rows;
    }

    private static SampleBatch drawBatch(Draw random, int seq) {
        SampleBatch.Builder batch = batch(random.nextInt(2) - 1, seq, random.nextInt(1_000));
        int samples = random.nextInt(40);
        for (int i = 0; i < samples; i++) {
            sample(
                    batch,
                    random.nextInt(12),
                    random.nextInt(4),
                    random.oneIn(5) ? random.nextLong() >>> 12 : random.nextInt(9));
        }
        return batch.build();
    }

    /** Written without the code under test. */
    private static List<Row> naive(List<SampleBatch> batches) {
        List<Row> rows = new ArrayList<>();
        for (SampleBatch batch : batches) {
            long boot = batch.getBootId().asReadOnlyByteBuffer().getLong();
            long t = batch.getT0Us();
            int ints = 0;
            int reals = 0;
            for (int place = 0; place < batch.getIdxCount(); place++) {
                t += batch.getDtUs(place);
                SampledSignal signal = batch.getSignal(batch.getIdx(place));
                long raw =
                        signal.getReal()
                                ? Double.doubleToRawLongBits(batch.getReals(reals++))
                                : batch.getInts(ints++);
                rows.add(
                        new Row(
                                signal.getName(),
                                signal.getFactor(),
                                new SampleKey(t, boot, batch.getSeq(), place),
                                raw));
            }
        }
        rows.sort(Comparator.comparing(Row::key));
        return rows;
    }
}
