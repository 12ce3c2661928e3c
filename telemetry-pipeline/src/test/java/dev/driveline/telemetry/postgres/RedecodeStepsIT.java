package dev.driveline.telemetry.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.can.BusSource;
import dev.driveline.can.Matching;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.telemetry.batch.BatchReader;
import dev.driveline.telemetry.batch.Reading;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.telemetry.frame.RawBatch;
import dev.driveline.telemetry.intake.Redecoder;
import dev.driveline.telemetry.job.Job;
import dev.driveline.telemetry.job.JobState;
import dev.driveline.telemetry.job.Work;
import dev.driveline.telemetry.redecode.RedecodeCounts;
import dev.driveline.telemetry.redecode.RedecodeOrder;
import dev.driveline.telemetry.redecode.RedecodePlace;
import dev.driveline.telemetry.sample.PartitionSlice;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleStore.Appended;
import dev.driveline.telemetry.sample.StoredBatch;
import dev.driveline.telemetry.slice.Buckets;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.TestClock;
import dev.driveline.testkit.TestPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Stored batches decoded again, beside the store's writer and who joins batches. */
final class RedecodeStepsIT {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(20));
    private static final TenantId ACME = TenantId.of("acme");
    private static final Caller CALLER =
            new Caller("desk", null, ACME, Set.of(), null, null, _ -> false, false);

    /** 2026-05-01T07:00:00Z. */
    private static final long T0_US = 1_777_618_800_000_000L;

    private static final long STEP_US = 3_000_000;
    private static final String SPEED = "can0.MOTION.SPEED";
    private static final String GONE = "can0.MOTION.GONE";
    private static final String GEAR = "can0.MOTION.GEAR";
    private static final long END = Long.MAX_VALUE / 2;

    private static final TestCatalogue WRONG =
            catalogue(
                    " SG_ SPEED : 0|16@1+ (0.1,0) [0|0] \"km/h\" ECU",
                    " SG_ GONE : 16|8@1+ (1,0) [0|0] \"\" ECU");
    private static final TestCatalogue RIGHT =
            catalogue(
                    " SG_ SPEED : 0|16@1+ (0.01,0) [0|0] \"km/h\" ECU",
                    " SG_ GEAR : 16|4@1+ (1,0) [0|0] \"\" ECU");

    private static Database database;
    private static int lastVehicle;

    private final Vin vin = Vin.of("JTMW1RFV7KR%06d".formatted(++lastVehicle));
    private final int partition = lastVehicle;
    private final MappingBook mappings = new MappingBook();
    private final SampleTables tables = new SampleTables(database, mappings);
    private final SampleQueries queries = new SampleQueries(database);
    private final TestClock clock = TestClock.at("2026-05-02T00:00:00Z");
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final CatalogueBook book = new CatalogueBook();
    private final JobTable<RedecodeOrder, RedecodePlace, RedecodeCounts> jobs =
            new JobTable<>(database, RedecodeOrder.KIND, Duration.ofHours(2), 1_000, clock);
    private final FrameStore frames =
            new FrameStore(database, RetentionTable.ofFrames(database, 36_500), clock, metrics);
    private final Redecoder live = new Redecoder();
    private long offset = tables.nextOffsets(List.of(partition)).get(partition);

    RedecodeStepsIT() {
        book.put(WRONG.ref(), WRONG.packed());
        book.put(RIGHT.ref(), RIGHT.packed());
    }

    @BeforeAll
    static void open() {
        TestPostgres.Database server = TestPostgres.freshDatabase();
        database =
                Database.open(
                        new DatabaseConfig(server.jdbcUrl(), server.user(), server.password(), 8),
                        "telemetry");
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static TestCatalogue catalogue(String... signals) {
        String dbc =
                "VERSION \"t\"\nBU_: ECU\nBO_ 256 MOTION: 8 ECU\n"
                        + String.join("\n", signals)
                        + "\n";
        return TestCatalogue.of(
                "again",
                BusSource.of(
                        "can0",
                        Matching.EXACT,
                        "again.dbc",
                        dbc.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static long tUs(long seq) {
        return T0_US + seq * STEP_US;
    }

    /**
     * Two frames of which the second is a second later; SPEED is ten times the number, plus one.
     */
    private static byte[] batch(long seq) {
        return TestBatch.of(7, seq, tUs(seq))
                .frame(tUs(seq), "can0", 0x100, low(seq * 10), high(seq * 10), 3)
                .frame(
                        tUs(seq) + 1_000_000,
                        "can0",
                        0x100,
                        low(seq * 10 + 1),
                        high(seq * 10 + 1),
                        4)
                .bytes();
    }

    private static int low(long value) {
        return (int) (value & 0xFF);
    }

    private static int high(long value) {
        return (int) (value >> 8);
    }

    private RawBatch raw(long seq) {
        return new RawBatch(vin, ACME, tUs(seq) + 2_000_000, batch(seq));
    }

    /** As the pipeline decodes it by the catalogue that was in force. */
    private SampleBatch decoded(long seq) {
        Reading.Usable read = assertInstanceOf(Reading.Usable.class, BatchReader.read(batch(seq)));
        return live.decode(
                        read.frames(),
                        tUs(seq),
                        tUs(seq) + 2_000_000,
                        WRONG.compiled(),
                        new byte[0])
                .batch()
                .build();
    }

    private void append(SampleBatch... batches) {
        List<StoredBatch> stored = new ArrayList<>();
        for (SampleBatch batch : batches) {
            stored.add(StoredBatch.of(vin, ACME, batch));
        }
        long next = offset + batches.length;
        assertInstanceOf(
                Appended.Stored.class,
                tables.append(List.of(new PartitionSlice(partition, offset, next, stored))));
        offset = next;
    }

    /** Every tenth number is a batch of signals, of which there are no frames. */
    private static boolean isOfSignals(long seq) {
        return seq % 10 == 0;
    }

    private void store(long from, long to) {
        List<RawBatch> raw = new ArrayList<>();
        List<SampleBatch> batches = new ArrayList<>();
        for (long seq = from; seq <= to; seq++) {
            if (!isOfSignals(seq)) {
                raw.add(raw(seq));
            }
            batches.add(decoded(seq));
        }
        frames.append(raw);
        append(batches.toArray(SampleBatch[]::new));
    }

    private void join() {
        HistoryKeeper.still(
                        database,
                        36_500,
                        Clock.offset(Clock.systemUTC(), Duration.ofHours(1)),
                        metrics)
                .joinDue();
        assertEquals(0, metrics.counter("telemetry.history.failures").count());
    }

    private RedecodeSteps steps() {
        return new RedecodeSteps(
                database,
                jobs,
                new FrameTable(database),
                book,
                mappings,
                RetentionTable.ofSamples(database, 36_500),
                _ -> partition,
                100,
                clock,
                metrics);
    }

    /** Of batches from a number on to before another. */
    private Job<RedecodeOrder, RedecodePlace, RedecodeCounts> order(long fromSeq, long toSeq) {
        return jobs.add(
                CALLER,
                new RedecodeOrder(
                        RIGHT.ref(), tUs(fromSeq) - 1, tUs(toSeq) - 1_000_000, List.of(vin)),
                null);
    }

    private Job<RedecodeOrder, RedecodePlace, RedecodeCounts> run(
            Job<RedecodeOrder, RedecodePlace, RedecodeCounts> ordered) {
        RedecodeSteps steps = steps();
        Work<RedecodeOrder, RedecodePlace, RedecodeCounts> work = jobs.take();
        assertEquals(ordered.id(), taken(work).job().id());
        while (work != null && work.job().state() == JobState.RUNNING) {
            work = steps.step(work);
        }
        return jobs.get(ACME, ordered.id());
    }

    private static Work<RedecodeOrder, RedecodePlace, RedecodeCounts> taken(
            Work<RedecodeOrder, RedecodePlace, RedecodeCounts> work) {
        assertNotNull(work);
        return work;
    }

    private List<Sample> history(String name) {
        return queries.history(ACME, vin, Set.of(name), 0, END, null, 100_000);
    }

    private record Value(long tUs, double value) {}

    private List<Value> values(String name) {
        return history(name).stream()
                .map(sample ->
                        new Value(sample.key().tUs(), sample.definition().physical(sample.raw())))
                .toList();
    }

    /** What is to be read after batches from a number on to before another were decoded again. */
    private static Map<String, List<Value>> expected(long last, long from, long to) {
        Map<String, List<Value>> expected = new TreeMap<>();
        List.of(SPEED, GONE, GEAR).forEach(name -> expected.put(name, new ArrayList<>()));
        for (long seq = 1; seq <= last; seq++) {
            boolean again = seq >= from && seq < to && !isOfSignals(seq);
            for (int frame = 0; frame < 2; frame++) {
                long t = tUs(seq) + frame * 1_000_000L;
                expected.get(SPEED).add(new Value(t, (seq * 10 + frame) * (again ? 0.01 : 0.1)));
                expected.get(again ? GEAR : GONE).add(new Value(t, 3 + frame));
            }
        }
        return expected;
    }

    private void assertHistory(Map<String, List<Value>> expected) {
        expected.forEach((name, values) -> assertEquals(values, values(name), name));
    }

    private Map<String, Value> latest() {
        Map<String, Value> latest = new TreeMap<>();
        for (Sample sample : queries.latest(ACME, vin, null, Set.of(), "", 100)) {
            latest.put(
                    sample.definition().name(),
                    new Value(sample.key().tUs(), sample.definition().physical(sample.raw())));
        }
        return latest;
    }

    /** Minutes, which are read from summaries where there are. */
    private void assertMinutes(Map<String, List<Value>> expected) {
        expected.forEach((name, values) -> {
            Buckets minutes = queries.buckets(ACME, vin, name, T0_US, 60_000_000, 20);
            for (int i = 0; i < 20; i++) {
                long from = minutes.startUs(i);
                double[] in =
                        values.stream()
                                .filter(one -> one.tUs() >= from && one.tUs() < from + 60_000_000)
                                .mapToDouble(Value::value)
                                .toArray();
                assertEquals(in.length, minutes.count(i), name + " in minute " + i);
                if (in.length > 0) {
                    assertEquals(
                            Arrays.stream(in).min().getAsDouble(), minutes.least(i), 1e-9, name);
                    assertEquals(in[in.length - 1], minutes.last(i), 1e-9, name);
                }
            }
        });
    }

    @Test
    void whatCameFromFramesOfTheRangeIsReplacedAndNothingElse() {
        store(1, 100);
        join();
        store(101, 200);
        Job<RedecodeOrder, RedecodePlace, RedecodeCounts> done = run(order(50, 150));
        assertEquals(JobState.DONE, done.state());
        assertEquals(new RedecodeCounts(90, 180, 360, 0), done.done());
        Map<String, List<Value>> expected = expected(200, 50, 150);
        assertHistory(expected);
        assertMinutes(expected);
        join();
        assertHistory(expected);
        assertMinutes(expected);
        // Once more changes nothing, out of slices this time.
        assertEquals(new RedecodeCounts(90, 180, 360, 0), run(order(50, 150)).done());
        assertHistory(expected);
        join();
        assertMinutes(expected);
    }

    @Test
    void theLatestIsCorrectedWhereTheRangeHoldsIt() {
        store(1, 59);
        run(order(10, 40));
        long t = tUs(59) + 1_000_000;
        assertEquals(new Value(t, 591 * 0.1), latest().get(SPEED));
        assertEquals(new Value(t, 4), latest().get(GONE));
        assertEquals(new Value(tUs(39) + 1_000_000, 4), latest().get(GEAR));
        run(order(40, 60));
        assertEquals(new Value(t, 591 * 0.01), latest().get(SPEED));
        assertEquals(new Value(t, 4), latest().get(GEAR));
        // Of what the catalogue does not know any more the newest that is left.
        assertEquals(new Value(tUs(50) + 1_000_000, 4), latest().get(GONE));
        append(decoded(60));
        assertEquals(new Value(tUs(60) + 1_000_000, 601 * 0.1), latest().get(SPEED));
    }

    @Test
    void aBatchThatIsNotAcceptedYetIsLeftToTheWriter() {
        store(1, 5);
        frames.append(List.of(raw(6), raw(8)));
        append(decoded(8));
        Job<RedecodeOrder, RedecodePlace, RedecodeCounts> done = run(order(1, 9));
        assertEquals(new RedecodeCounts(6, 12, 24, 1), done.done());
        append(decoded(6));
        List<Value> speeds = values(SPEED);
        assertEquals(14, speeds.size());
        assertTrue(speeds.contains(new Value(tUs(6), 60 * 0.1)), speeds.toString());
        assertTrue(speeds.contains(new Value(tUs(8), 80 * 0.01)), speeds.toString());
    }

    @Test
    void whatIsOlderThanSamplesAreKeptIsPassedOver() {
        store(1, 5);
        clock.set(Instant.parse("2026-05-01T07:00:00Z").plus(Duration.ofDays(36_500)));
        clock.advance(Duration.ofSeconds(9));
        assertEquals(new RedecodeCounts(3, 6, 12, 2), run(order(1, 6)).done());
    }

    /** The server ends the session in the middle of the transaction, as after a kill -9. */
    @Test
    void aStepThatIsKilledChangesNothingAndAnotherGoesOn() throws Exception {
        store(1, 200);
        join();
        Job<RedecodeOrder, RedecodePlace, RedecodeCounts> ordered = order(1, 201);
        RedecodeSteps first = steps();
        Work<RedecodeOrder, RedecodePlace, RedecodeCounts> work = taken(first.step(jobs.take()));
        long doneByFirst = work.job().done().batches();
        assertEquals(64, doneByFirst);
        List<Value> between = values(SPEED);
        try (Connection holder = database.connect();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            holder.setAutoCommit(false);
            execute(
                    holder,
                    "select 1 from store_offset where topic_partition = "
                            + partition
                            + " for update");
            Future<Work<RedecodeOrder, RedecodePlace, RedecodeCounts>> killed =
                    threads.submit(() -> first.step(work));
            SOON.that("the step waits", () -> waiting().size() == 1);
            assertEquals(between, values(SPEED));
            endSession(waiting().getFirst());
            // It may be tried again at once; then that one is ended, too.
            SOON.that(
                    "the step has failed",
                    () -> {
                        waiting().forEach(RedecodeStepsIT::endSession);
                        return killed.isDone();
                    });
            assertThrows(ExecutionException.class, killed::get);
            holder.rollback();
        }
        assertEquals(between, values(SPEED));
        assertEquals(doneByFirst, jobs.get(ACME, ordered.id()).done().batches());
        assertNull(jobs.take(), "its lease goes on");
        clock.advance(Duration.ofSeconds(61));
        RedecodeSteps second = steps();
        Work<RedecodeOrder, RedecodePlace, RedecodeCounts> going = taken(second.step(jobs.take()));
        assertNull(first.step(work), "it was lost");
        while (going != null && going.job().state() == JobState.RUNNING) {
            going = second.step(going);
        }
        assertEquals(new RedecodeCounts(180, 360, 720, 0), jobs.get(ACME, ordered.id()).done());
        Map<String, List<Value>> expected = expected(200, 1, 201);
        assertHistory(expected);
        assertMinutes(expected);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Sessions that wait for a row of store_offset. */
    private static List<Integer> waiting() {
        return database.transaction(handle ->
                handle.createQuery(
                                """
                                select pid from pg_stat_activity
                                where wait_event_type = 'Lock' and query like '%store_offset%'
                                """)
                        .mapTo(Integer.class)
                        .list());
    }

    private static void endSession(int pid) {
        database.run(handle ->
                handle.createQuery("select pg_terminate_backend(:pid)")
                        .bind("pid", pid)
                        .mapTo(Boolean.class)
                        .one());
    }

    /** New batches, joinings and re-decodings of one vehicle at once: no sample lost or doubled. */
    @Test
    void liveBatchesGoOnBesideIt() throws Exception {
        store(1, 150);
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> writing =
                    CompletableFuture.runAsync(
                            () -> {
                                for (long seq = 151; seq <= 400; seq++) {
                                    frames.append(isOfSignals(seq) ? List.of() : List.of(raw(seq)));
                                    append(decoded(seq));
                                }
                            },
                            threads);
            Future<?> joining =
                    CompletableFuture.runAsync(
                            () -> {
                                while (!over.get()) {
                                    join();
                                }
                            },
                            threads);
            try {
                for (int round = 0; round < 4 || !writing.isDone(); round++) {
                    assertEquals(JobState.DONE, run(order(1, 401)).state());
                }
                writing.get();
                assertEquals(JobState.DONE, run(order(1, 401)).state());
            } finally {
                over.set(true);
            }
            joining.get();
        }
        Map<String, List<Value>> expected = expected(400, 1, 401);
        assertHistory(expected);
        join();
        assertHistory(expected);
        assertMinutes(expected);
        assertEquals(new Value(tUs(400) + 1_000_000, 4_001 * 0.1), latest().get(SPEED));
        assertEquals(new Value(tUs(399) + 1_000_000, 4), latest().get(GEAR));
    }

    @Test
    void aCatalogueThatIsWithdrawnEndsIt() {
        store(1, 3);
        Job<RedecodeOrder, RedecodePlace, RedecodeCounts> ordered = order(1, 3);
        book.remove(RIGHT.ref());
        assertNull(steps().step(jobs.take()));
        Job<RedecodeOrder, RedecodePlace, RedecodeCounts> failed = jobs.get(ACME, ordered.id());
        assertEquals(JobState.FAILED, failed.state());
        assertTrue(failed.reason().contains(RIGHT.ref().toString()), failed.reason());
    }
}
