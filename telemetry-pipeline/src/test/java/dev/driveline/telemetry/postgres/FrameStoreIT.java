package dev.driveline.telemetry.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.can.CandumpReader;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.Erasure;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.frame.FrameBatch;
import dev.driveline.telemetry.frame.FrameReader;
import dev.driveline.telemetry.frame.RawBatch;
import dev.driveline.telemetry.frame.RecordedFrame;
import dev.driveline.telemetry.retention.Retention;
import dev.driveline.testkit.TestData;
import dev.driveline.testkit.TestPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class FrameStoreIT {

    private static final TenantId ACME = TenantId.of("acme");
    private static final TenantId OTHER = TenantId.of("other");
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final long NOW_US = NOW.toEpochMilli() * 1_000;
    private static final FrameReader.Wanted ALL = new FrameReader.Wanted(null, null);

    private static Database database;
    private static int lastVehicle;

    private final Vin vin = Vin.of("JTMW1RFV7KN%06d".formatted(++lastVehicle));
    private final FrameTable table = new FrameTable(database);
    private final Retention days = RetentionTable.ofFrames(database, 30);
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

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

    private FrameStore store(Instant now) {
        return new FrameStore(database, days, Clock.fixed(now, ZoneOffset.UTC), metrics);
    }

    private RawBatch raw(TenantId tenant, byte[] value) {
        return new RawBatch(vin, tenant, NOW_US, value);
    }

    /** Three frames, a millisecond apart from a time on. */
    private static TestBatch batch(long boot, long seq, long t0Us) {
        return TestBatch.of(boot, seq, t0Us)
                .frame(t0Us, "can0", 0x100, (int) seq, 0)
                .frame(t0Us + 1_000, "can1", 0x200, (int) seq, 1)
                .frame(t0Us + 2_000, "can0", 0x300, (int) seq, 2);
    }

    private List<RecordedFrame> read(
            TenantId tenant, long fromUs, long toUs, FrameReader.Wanted wanted, int page) {
        FrameReader reader =
                new FrameReader(
                        (from, limit) -> table.batches(tenant, vin, fromUs, toUs, from, limit),
                        fromUs,
                        toUs,
                        wanted);
        List<RecordedFrame> all = new ArrayList<>();
        FrameBatch.Place after = null;
        while (true) {
            List<RecordedFrame> some = reader.read(after, page);
            all.addAll(some);
            if (some.size() < page) {
                return all;
            }
            after = some.getLast().place();
        }
    }

    private long count(String from) {
        return database.transaction(handle ->
                handle.createQuery("select count(*) from " + from + " where vin = :vin")
                        .bind("vin", vin.value())
                        .mapTo(Long.class)
                        .one());
    }

    @Test
    void framesComeBackByTimeBusAndIdentifierInPagesOfAnySize() {
        List<RawBatch> batches = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            TestBatch batch = batch(1, i, NOW_US - 100_000_000L + i * 10_000L);
            batches.add(raw(ACME, i % 2 == 0 ? batch.bytes() : batch.packedBytes()));
        }
        Collections.shuffle(batches, new Random(3));
        store(NOW).append(batches.subList(0, 25));
        store(NOW).append(batches);
        for (int page : new int[] {1, 7, 120, 1_000}) {
            List<RecordedFrame> all = read(ACME, 0, NOW_US, ALL, page);
            assertEquals(120, all.size());
            for (int i = 0; i < 120; i++) {
                assertEquals(i / 3 + 1, all.get(i).data()[0]);
                assertEquals(i % 3, all.get(i).data()[1]);
            }
        }
        assertEquals(40, read(ACME, 0, NOW_US, new FrameReader.Wanted("can1", null), 9).size());
        assertEquals(40, read(ACME, 0, NOW_US, new FrameReader.Wanted(null, 0x300), 9).size());
        long fromUs = NOW_US - 100_000_000L + 10_000L;
        assertEquals(2, read(ACME, fromUs + 1_000, fromUs + 10_000, ALL, 9).size());
        assertEquals(List.of(), read(OTHER, 0, NOW_US, ALL, 9));
        assertEquals(40 * 3, metrics.counter("telemetry.frames.kept").count());
    }

    @Test
    void aBatchWithoutATimeStandsWhereItsSamplesStandAndComesOnce() {
        TestBatch timed = batch(5, 1, NOW_US - 50_000_000L);
        store(NOW).append(List.of(raw(ACME, timed.bytes())));
        TestBatch untimed = TestBatch.of(6, 1, 0).frame(0, "can0", 0x100, 9, 9);
        store(NOW).append(List.of(raw(ACME, untimed.bytes())));
        RawBatch again = new RawBatch(vin, ACME, NOW_US + 5_000_000L, untimed.bytes());
        store(NOW).append(List.of(again));
        List<RecordedFrame> all = read(ACME, 0, NOW_US + 10_000_000L, ALL, 10);
        assertEquals(4, all.size());
        assertEquals(NOW_US, all.getLast().tUs());
    }

    @Test
    void whoKeepsNoFramesHasNone() {
        days.change(OTHER, 0);
        store(NOW).append(List.of(raw(OTHER, batch(1, 1, NOW_US).bytes())));
        assertEquals(0, count("frame"));
        assertEquals(new Retention.InForce(0, true), days.of(OTHER));
        days.change(OTHER, null);
        assertEquals(new Retention.InForce(30, false), days.of(OTHER));
    }

    @Test
    void whatCannotBeReadIsPassedOver() {
        byte[] torn = batch(1, 1, NOW_US).bytes();
        torn[torn.length - 1] ^= 1;
        store(NOW).append(List.of(raw(ACME, torn), raw(ACME, batch(1, 2, NOW_US - 5_000).bytes())));
        assertEquals(1, count("frame"));
    }

    @Test
    void daysBeforeWhatIsKeptAreDroppedAndNotStored() {
        TenantId tenant = TenantId.of("short");
        days.change(tenant, 2);
        long dayUs = Duration.ofDays(1).toMillis() * 1_000;
        store(NOW)
                .append(
                        List.of(
                                raw(tenant, batch(1, 1, NOW_US - dayUs).bytes()),
                                raw(tenant, batch(1, 2, NOW_US - 10 * dayUs).bytes())));
        assertEquals(1, count("frame"));
        store(NOW.plus(Duration.ofDays(1))).dropOutdated();
        assertEquals(1, count("frame"));
        store(NOW.plus(Duration.ofDays(2))).dropOutdated();
        assertEquals(0, count("frame"));
        assertEquals(1, count("frame_boot"));
        store(NOW.plus(Duration.ofDays(61))).dropOutdated();
        assertEquals(0, count("frame_boot"));
    }

    @Test
    void anErasedVehicleHasNoFrames() {
        store(NOW).append(List.of(raw(ACME, batch(1, 1, NOW_US - 5_000).bytes())));
        ErasureTable erasures = new ErasureTable(database);
        var _ =
                erasures.erase(
                        new Erasure(
                                Vin.of("0ERASED0000000001"),
                                vin,
                                NOW.plusSeconds(60),
                                NOW.plus(Duration.ofDays(30))));
        assertEquals(0, count("frame") + count("frame_boot"));
        store(NOW).append(List.of(raw(ACME, batch(1, 2, NOW_US - 5_000).bytes())));
        var _ = erasures.repeat(NOW.plusSeconds(120));
        assertEquals(0, count("frame") + count("frame_boot"));
    }

    /** The recorded minute, whole and in order; what a frame costs is printed. */
    @Test
    void aRecordedDriveComesBackFrameByFrame() throws IOException {
        List<RawBatch> batches = new ArrayList<>();
        TestBatch batch = null;
        long endUs = 0;
        try (CandumpReader log = CandumpReader.open(TestData.path("toyota/log.gz"))) {
            while (log.next()) {
                if (log.timeUs() >= endUs) {
                    if (batch != null) {
                        batches.add(raw(ACME, batch.bytes()));
                    }
                    batch = TestBatch.of(1, batches.size() + 1L, log.timeUs());
                    endUs = log.timeUs() + 1_000_000;
                }
                batch.frame(
                        log.timeUs(), log.bus(), log.id(), log.flags(), log.data(), log.length());
            }
        }
        batches.add(raw(ACME, batch.bytes()));
        days.change(ACME, 36_500);
        store(NOW).append(batches);
        days.change(ACME, null);
        List<RecordedFrame> all = read(ACME, 0, NOW_US, ALL, 10_000);
        int frame = 0;
        try (CandumpReader log = CandumpReader.open(TestData.path("toyota/log.gz"))) {
            while (log.next()) {
                RecordedFrame found = all.get(frame++);
                assertEquals(log.timeUs(), found.tUs());
                assertEquals(log.bus(), found.bus());
                assertEquals(log.id(), found.id());
                assertEquals(log.flags(), found.flags());
                assertEquals(log.length(), found.data().length);
                for (int i = 0; i < log.length(); i++) {
                    assertEquals(log.data()[i], found.data()[i]);
                }
            }
        }
        assertEquals(frame, all.size());
        double bytes =
                database.transaction(handle ->
                        handle.createQuery(
                                        """
                                        select sum(pg_total_relation_size(inhrelid))
                                        from pg_inherits where inhparent = 'frame'::regclass
                                            and inhrelid::regclass::text like '%_2018%'
                                        """)
                                .mapTo(Double.class)
                                .one());
        double packed = metrics.counter("telemetry.frames.kept.bytes").count();
        System.out.printf(
                "frames: %,d kept, %.2f bytes a frame packed, %.2f in the table with its index%n",
                frame, packed / frame, bytes / frame);
        assertTrue(packed / frame < 12, packed / frame + " bytes a frame");
    }
}
