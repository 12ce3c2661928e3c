package dev.driveline.telemetry.postgres;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.Erasure;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.telemetry.export.ExportCounts;
import dev.driveline.telemetry.export.ExportOrder;
import dev.driveline.telemetry.export.ExportPlace;
import dev.driveline.telemetry.job.Job;
import dev.driveline.telemetry.job.JobState;
import dev.driveline.telemetry.job.Jobs;
import dev.driveline.telemetry.job.Work;
import dev.driveline.telemetry.redecode.RedecodeCounts;
import dev.driveline.telemetry.redecode.RedecodeOrder;
import dev.driveline.telemetry.redecode.RedecodePlace;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.testkit.TestPostgres;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class JobTableIT {

    private static final int PER_TENANT = 3;
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final TenantId ACME = TenantId.of("acme");
    private static final Vin VIN = Vin.of("JTMW1RFV7KF000031");
    private static final ExportPlace NEXT = new ExportPlace(0, new SampleKey(5, -1, 2, 3));

    private Database database;
    private JobTable<ExportOrder, ExportPlace, ExportCounts> table;

    @BeforeEach
    void open() {
        TestPostgres.Database server = TestPostgres.freshDatabase();
        database =
                Database.openWithOutbox(
                        new DatabaseConfig(server.jdbcUrl(), server.user(), server.password(), 4),
                        "telemetry");
        table = at(Duration.ZERO);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private JobTable<ExportOrder, ExportPlace, ExportCounts> at(Duration later) {
        return new JobTable<>(
                database,
                ExportOrder.KIND,
                Duration.ofHours(2),
                PER_TENANT,
                Clock.fixed(NOW.plus(later), ZoneOffset.UTC));
    }

    private ExportPartTable parts(JobTable<ExportOrder, ExportPlace, ExportCounts> jobs) {
        return new ExportPartTable(database, jobs);
    }

    /** One a tenant. */
    private JobTable<RedecodeOrder, RedecodePlace, RedecodeCounts> redecodes() {
        return new JobTable<>(
                database,
                RedecodeOrder.KIND,
                Duration.ofHours(1),
                1,
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static RedecodeOrder redecodeOrder() {
        return new RedecodeOrder(new CatalogueRef("c", "0".repeat(32)), 0, 10, List.of(VIN));
    }

    private static Caller caller(String tenant) {
        return new Caller(
                "lake", null, TenantId.of(tenant), Set.of(), null, null, _ -> false, false);
    }

    private static ExportOrder order() {
        return new ExportOrder(
                ExportOrder.Format.CSV,
                List.of("SPEED"),
                0,
                10,
                List.of(new ExportOrder.Target(VIN, List.of("can0.M.SPEED"))));
    }

    private Job<ExportOrder, ExportPlace, ExportCounts> add() {
        return table.add(caller("acme"), order(), null);
    }

    @Test
    void anExportIsKeptAsItWasOrdered() {
        Job<ExportOrder, ExportPlace, ExportCounts> added = add();
        assertEquals(JobState.WAITING, added.state());
        assertEquals(order(), added.order());
        assertEquals(ExportPlace.BEGIN, added.place());
        assertEquals(added, table.get(ACME, added.id()));
        assertEquals(List.of(added), table.list(ACME));
        assertEquals(List.of(), table.list(TenantId.of("other")));
        assertEquals(
                ErrorCode.EXPORT_UNKNOWN,
                assertThrows(
                                InvalidValueException.class,
                                () -> table.get(TenantId.of("other"), added.id()))
                        .code());
    }

    @Test
    void whatADeadProcessHadWrittenStaysAndAnotherGoesOnThere() {
        UUID id = add().id();
        Work<ExportOrder, ExportPlace, ExportCounts> first = table.take();
        assertNull(table.take());
        Work<ExportOrder, ExportPlace, ExportCounts> written =
                parts(table).append(first, new byte[] {1}, 7, NEXT, false);
        assertEquals(NEXT, written.job().place());
        assertNull(at(Duration.ofSeconds(59)).take());
        JobTable<ExportOrder, ExportPlace, ExportCounts> later = at(Duration.ofSeconds(61));
        Work<ExportOrder, ExportPlace, ExportCounts> second = later.take();
        assertEquals(NEXT, second.job().place());
        assertEquals(1, second.job().done().parts());
        assertNull(parts(table).append(written, new byte[] {9}, 1, NEXT, false), "it was lost");
        Work<ExportOrder, ExportPlace, ExportCounts> done =
                parts(later).append(second, new byte[] {2}, 3, new ExportPlace(1, null), true);
        assertEquals(JobState.DONE, done.job().state());
        assertEquals(10, done.job().done().lines());
        assertEquals(2, done.job().done().bytes());
        assertArrayEquals(new byte[] {1}, parts(later).part(id, 0));
        assertArrayEquals(new byte[] {2}, parts(later).part(id, 1));
        assertNull(parts(later).part(id, 2));
        assertNull(at(Duration.ofHours(1)).take());
    }

    @Test
    void whoIsDeletedMeanwhileIsWrittenNoMore() {
        UUID id = add().id();
        Work<ExportOrder, ExportPlace, ExportCounts> work = table.take();
        table.remove(ACME, id);
        assertNull(parts(table).append(work, new byte[] {1}, 1, NEXT, false));
        assertNull(parts(table).part(id, 0));
        assertThrows(InvalidValueException.class, () -> table.remove(ACME, id));
    }

    @Test
    void tenFailuresInARowEndAnExport() {
        UUID id = add().id();
        for (int i = 0; i < 9; i++) {
            JobTable<ExportOrder, ExportPlace, ExportCounts> then = at(Duration.ofSeconds(20L * i));
            then.postpone(then.take(), "away");
            assertNull(then.take());
        }
        JobTable<ExportOrder, ExportPlace, ExportCounts> then = at(Duration.ofSeconds(200));
        Work<ExportOrder, ExportPlace, ExportCounts> work = then.take();
        Work<ExportOrder, ExportPlace, ExportCounts> written =
                parts(then).append(work, new byte[] {1}, 1, NEXT, false);
        then.postpone(written, "away");
        assertEquals(JobState.RUNNING, table.get(ACME, id).state());
        for (int i = 1; i < 10; i++) {
            JobTable<ExportOrder, ExportPlace, ExportCounts> again =
                    at(Duration.ofSeconds(200 + 20L * i));
            again.postpone(again.take(), "away");
        }
        assertEquals(JobState.FAILED, table.get(ACME, id).state());
        assertEquals("away", table.get(ACME, id).reason());
        assertEquals(NOW.plusSeconds(380), table.get(ACME, id).finishedAt());
        assertNull(parts(table).part(id, 0));
        assertNull(at(Duration.ofHours(1)).take());
    }

    @Test
    void aFailedExportHasNoResult() {
        UUID id = add().id();
        Work<ExportOrder, ExportPlace, ExportCounts> written =
                parts(table).append(table.take(), new byte[] {1}, 1, NEXT, false);
        table.fail(written, "too large");
        assertEquals("too large", table.get(ACME, id).reason());
        assertNull(parts(table).part(id, 0));
    }

    @Test
    void aTenantHasSoManyAndNoMoreUntilTheyExpire() {
        for (int i = 0; i < PER_TENANT; i++) {
            add();
        }
        assertEquals(
                ErrorCode.CONFLICT, assertThrows(InvalidValueException.class, this::add).code());
        assertNotNull(table.add(caller("other"), order(), null));
        at(Duration.ofHours(2)).forgetExpired();
        assertEquals(PER_TENANT, table.list(ACME).size());
        at(Duration.ofHours(2).plusSeconds(1)).forgetExpired();
        assertEquals(List.of(), table.list(ACME));
    }

    @Test
    void aKeyThatWasUsedIsTheFormerExportForADay() {
        Jobs.Use use = new Jobs.Use("k-1", new byte[] {1});
        UUID id = table.add(caller("acme"), order(), use).id();
        assertEquals(id, table.add(caller("acme"), order(), use).id());
        assertEquals(id, at(Duration.ofHours(23)).former(caller("acme"), use).id());
        assertNull(at(Duration.ofHours(24)).former(caller("acme"), use));
        assertNull(table.former(caller("other"), use));
        assertEquals(1, table.list(ACME).size());
        Jobs.Use changed = new Jobs.Use("k-1", new byte[] {2});
        assertEquals(
                ErrorCode.IDEMPOTENCY_MISMATCH,
                assertThrows(
                                InvalidValueException.class,
                                () -> table.add(caller("acme"), order(), changed))
                        .code());
        table.remove(ACME, id);
        assertNotEquals(id, table.add(caller("acme"), order(), changed).id());
    }

    @Test
    void kindsOfJobsAreApart() {
        Jobs.Use use = new Jobs.Use("k-1", new byte[] {1});
        UUID export = table.add(caller("acme"), order(), use).id();
        JobTable<RedecodeOrder, RedecodePlace, RedecodeCounts> redecodes = redecodes();
        assertNull(redecodes.take());
        assertNull(redecodes.former(caller("acme"), use));
        RedecodeOrder again = redecodeOrder();
        UUID redecode = redecodes.add(caller("acme"), again, use).id();
        assertEquals(again, redecodes.get(ACME, redecode).order());
        assertEquals(RedecodeCounts.NONE, redecodes.get(ACME, redecode).done());
        assertEquals(1, redecodes.list(ACME).size());
        assertEquals(
                ErrorCode.REDECODE_UNKNOWN,
                assertThrows(InvalidValueException.class, () -> redecodes.get(ACME, export))
                        .code());
        assertEquals(
                ErrorCode.EXPORT_UNKNOWN,
                assertThrows(InvalidValueException.class, () -> table.remove(ACME, redecode))
                        .code());
        InvalidValueException full =
                assertThrows(
                        InvalidValueException.class,
                        () -> redecodes.add(caller("acme"), again, null));
        assertEquals(ErrorCode.CONFLICT, full.code());
        assertTrue(full.getMessage().contains("re-decoding"), full.getMessage());
        assertEquals(redecode, redecodes.take().job().id());
        assertEquals(export, table.take().job().id());
        at(Duration.ofHours(3)).forgetExpired();
        assertEquals(List.of(), table.list(ACME));
        assertEquals(1, redecodes.list(ACME).size());
    }

    @Test
    void theErasureOfAVehicleDeletesWhatNamesIt() {
        UUID id = add().id();
        var _ =
                parts(table)
                        .append(table.take(), new byte[] {1}, 1, new ExportPlace(1, null), true);
        var _ = redecodes().add(caller("acme"), redecodeOrder(), null);
        ErasureTable erasures = new ErasureTable(database);
        Vin pseudonym = Vin.of("0ERASED0000000001");
        Instant by = NOW.plus(Duration.ofDays(30));
        var _ = erasures.erase(new Erasure(pseudonym, Vin.of("JTMW1RFV7KF000099"), NOW, by));
        assertEquals(1, table.list(ACME).size());
        assertEquals(1, redecodes().list(ACME).size());
        var _ = erasures.erase(new Erasure(pseudonym, VIN, NOW, by));
        assertTrue(table.list(ACME).isEmpty());
        assertTrue(redecodes().list(ACME).isEmpty());
        assertNull(parts(table).part(id, 0));
    }
}
