package dev.driveline.telemetry.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.Erasure;
import dev.driveline.contract.telemetry.v1.Lost;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.sample.PartitionSlice;
import dev.driveline.telemetry.sample.SampleStore.Appended;
import dev.driveline.telemetry.sample.StoredBatch;
import dev.driveline.telemetry.sequence.Gap;
import dev.driveline.telemetry.sequence.GapChange;
import dev.driveline.telemetry.sequence.Gaps;
import dev.driveline.testkit.TestPostgres;
import dev.driveline.testkit.Trials;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Gaps as the writer finds them, across transactions and restarts. */
final class GapRowsIT {

    private static final TenantId TENANT = TenantId.of("acme");
    private static final int PARTITION = 3;

    private static Database database;
    private static int vehicles;
    private static long offset;

    private SampleTables tables = new SampleTables(database, new MappingBook());
    private final GapTable gaps = new GapTable(database);
    private Vin vin = nextVin();

    private static Vin nextVin() {
        return Vin.of("JTMW1RFV7KG%06d".formatted(++vehicles));
    }

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

    private static ByteString boot(long boot) {
        return ByteString.copyFrom(ByteBuffer.allocate(8).putLong(boot).flip());
    }

    private static SampleBatch.Builder batch(long boot, long seq, long receivedUs) {
        return SampleBatch.newBuilder()
                .setSchema(1)
                .setBootId(boot(boot))
                .setSeq(seq)
                .setT0Us(receivedUs)
                .setRecvUs(receivedUs);
    }

    private GapChange store(List<SampleBatch.Builder> batches) {
        List<StoredBatch> stored = new ArrayList<>();
        batches.forEach(batch -> stored.add(StoredBatch.of(vin, TENANT, batch.build())));
        tables.nextOffsets(List.of(PARTITION));
        long next = offset + batches.size();
        Appended appended =
                tables.append(List.of(new PartitionSlice(PARTITION, offset, next, stored)));
        offset = next;
        return assertInstanceOf(Appended.Stored.class, appended).gaps();
    }

    private List<String> shown(Gap.State state) {
        return gaps.list(TENANT, vin, state, null, 100).stream().map(GapRowsIT::text).toList();
    }

    private static String text(Gaps.OfBoot one) {
        Gap gap = one.gap();
        return "%d %d-%d %s %d %s"
                .formatted(
                        one.boot(),
                        gap.from(),
                        gap.to(),
                        gap.state(),
                        gap.sinceUs(),
                        gap.changedUs());
    }

    @Test
    void aGapIsFoundFilledAndToldLost() {
        assertEquals(GapChange.NONE, store(List.of(batch(1, 1, 10), batch(1, 2, 11))));
        assertEquals(List.of(), shown(null));
        assertEquals(new GapChange(4, 0, 0), store(List.of(batch(1, 7, 20))));
        assertEquals(List.of("1 3-6 OPEN 20 null"), shown(null));
        tables = new SampleTables(database, new MappingBook());
        assertEquals(
                new GapChange(0, 1, 2),
                store(
                        List.of(
                                batch(1, 3, 30),
                                batch(1, 8, 31)
                                        .addLost(
                                                Lost.newBuilder()
                                                        .setBootId(boot(1))
                                                        .setFrom(4)
                                                        .setTo(5)))));
        assertEquals(
                List.of("1 3-3 FILLED 20 30", "1 4-5 LOST 20 31", "1 6-6 OPEN 20 null"),
                shown(null));
        assertEquals(List.of("1 6-6 OPEN 20 null"), shown(Gap.State.OPEN));
        assertEquals(
                List.of(), gaps.list(TenantId.of("other"), vin, null, null, 100), "of nobody else");
    }

    @Test
    void theNextBootTellsWhatTheOneBeforeHad() {
        store(List.of(batch(5, 1, 10)));
        SampleBatch.Builder next = batch(6, 1, 20).setPrevBootId(boot(5)).setPrevLastSeq(3);
        store(List.of(next));
        assertEquals(List.of("5 2-3 OPEN 20 null"), shown(null));
        // It says so again, and of a boot of which nothing came.
        store(List.of(batch(6, 2, 30).setPrevBootId(boot(5)).setPrevLastSeq(3)));
        store(List.of(batch(7, 1, 40).setPrevBootId(boot(8)).setPrevLastSeq(2)));
        assertEquals(List.of("8 1-2 OPEN 40 null", "5 2-3 OPEN 20 null"), shown(null));
        store(List.of(batch(8, 1, 50), batch(8, 2, 51), batch(8, 3, 52)));
        assertEquals(List.of("8 1-2 FILLED 40 51", "5 2-3 OPEN 20 null"), shown(null));
    }

    @Test
    void pagesGoOnWhereTheyEnded() {
        store(List.of(batch(1, 3, 10), batch(1, 6, 10), batch(2, 2, 10), batch(2, 4, 20)));
        List<String> all = shown(null);
        assertEquals(4, all.size());
        List<String> paged = new ArrayList<>();
        Gaps.Place after = null;
        for (int page = 0; page < 4; page++) {
            Gaps.OfBoot one = gaps.list(TENANT, vin, null, after, 1).getFirst();
            paged.add(text(one));
            after = one.place();
        }
        assertEquals(all, paged);
        assertEquals(List.of(), gaps.list(TENANT, vin, null, after, 1));
    }

    @Test
    void inWhateverOrderAndTransactionsTheyComeTheGapsAreTheSame() {
        Trials.of(5)
                .run(
                        8,
                        random -> {
                            vin = nextVin();
                            long boot = random.nextLong();
                            List<Long> seqs = new ArrayList<>();
                            for (long seq = 1; seq <= 40; seq++) {
                                if (!random.oneIn(4)) {
                                    seqs.add(seq);
                                }
                            }
                            seqs.add(41L);
                            List<Long> order = new ArrayList<>(seqs);
                            Collections.shuffle(order, new Random(random.nextLong()));
                            for (int from = 0; from < order.size(); ) {
                                int to = Math.min(order.size(), from + 1 + random.nextInt(5));
                                store(
                                        order.subList(from, to).stream()
                                                .map(seq -> batch(boot, seq, 1_000 + seq))
                                                .toList());
                                from = to;
                                if (random.oneIn(3)) {
                                    tables = new SampleTables(database, new MappingBook());
                                }
                            }
                            List<Long> missing = new ArrayList<>();
                            for (Gaps.OfBoot one :
                                    gaps.list(TENANT, vin, Gap.State.OPEN, null, 1_000)) {
                                for (long seq = one.gap().from(); seq <= one.gap().to(); seq++) {
                                    missing.add(seq);
                                }
                            }
                            Collections.sort(missing);
                            List<Long> expected = new ArrayList<>();
                            for (long seq = 1; seq <= 41; seq++) {
                                if (!seqs.contains(seq)) {
                                    expected.add(seq);
                                }
                            }
                            assertEquals(expected, missing);
                        });
    }

    @Test
    void anErasedVehicleHasNone() {
        store(List.of(batch(1, 5, 10)));
        assertEquals(1, shown(null).size());
        int rows =
                new ErasureTable(database)
                        .erase(
                                new Erasure(
                                        Vin.of("0ERASED0000000001"),
                                        vin,
                                        Instant.EPOCH,
                                        Instant.EPOCH));
        assertTrue(rows >= 2, rows + " rows");
        assertEquals(List.of(), shown(null));
    }
}
