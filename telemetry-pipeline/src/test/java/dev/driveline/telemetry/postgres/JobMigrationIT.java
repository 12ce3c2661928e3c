package dev.driveline.telemetry.postgres;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.telemetry.export.ExportCounts;
import dev.driveline.telemetry.export.ExportOrder;
import dev.driveline.telemetry.export.ExportPlace;
import dev.driveline.telemetry.frame.FrameBatch;
import dev.driveline.telemetry.job.Job;
import dev.driveline.telemetry.job.JobKind;
import dev.driveline.telemetry.job.JobState;
import dev.driveline.telemetry.job.Jobs;
import dev.driveline.telemetry.job.Work;
import dev.driveline.telemetry.redecode.RedecodeCounts;
import dev.driveline.telemetry.redecode.RedecodeOrder;
import dev.driveline.telemetry.redecode.RedecodePlace;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.testkit.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** Exports and re-decodings of a version that kept each in a table of its own. */
final class JobMigrationIT {

    private static final TenantId ACME = TenantId.of("acme");
    private static final Caller CALLER =
            new Caller("lake", null, ACME, Set.of(), null, null, _ -> false, false);
    private static final Vin VIN = Vin.of("JTMW1RFV7KF000031");
    private static final CatalogueRef CATALOGUE =
            CatalogueRef.parse("again@00112233445566778899aabbccddeeff");
    private static final Instant CREATED = Instant.parse("2026-05-01T12:00:00Z");
    private static final Instant EXPIRES = CREATED.plus(Duration.ofDays(3));
    private static final Instant LEASE_UNTIL = CREATED.plusSeconds(90);
    private static final UUID RUNNING = UUID.fromString("00000000-0000-4000-8000-000000000001");
    private static final UUID DONE = UUID.fromString("00000000-0000-4000-8000-000000000002");
    private static final UUID REDECODE = UUID.fromString("00000000-0000-4000-8000-000000000003");

    private final TestPostgres.Database server = TestPostgres.freshDatabase();

    /** As that version wrote them. */
    private static final String ROWS =
            """
            insert into telemetry.export (id, tenant, state, export_order, place, parts, lines,
                bytes, attempts, reason, created_at, created_by, created_app, finished_at,
                expires_at, lease, lease_until, idempotency_key, body_hash)
            values
                ('00000000-0000-4000-8000-000000000001', 'acme', 'RUNNING',
                    '{"format":"CSV","signals":["SPEED"],"fromUs":1,"toUs":10,"targets":
                        [{"vin":"JTMW1RFV7KF000031","signals":["can0.M.SPEED"]}]}',
                    '{"target":0,"after":{"tUs":5,"boot":-1,"seq":2,"place":3}}', 2, 70, 900, 9, null,
                    '2026-05-01T12:00:00Z', 'lake', 'app', null, '2026-05-04T12:00:00Z', 77,
                    '2026-05-01T12:01:30Z', 'k-1', '\\x01'),
                ('00000000-0000-4000-8000-000000000002', 'acme', 'FAILED',
                    '{"format":"NDJSON","signals":["SPEED"],"fromUs":1,"toUs":10,"targets":[]}',
                    '{"target":0}', 0, 0, 0, 0, 'too large',
                    '2026-05-01T11:00:00Z', 'lake', null, '2026-05-01T11:30:00Z',
                    '2026-05-04T12:00:00Z', null, null, null, null);
            insert into telemetry.export_part (export_id, part, bytes)
            values ('00000000-0000-4000-8000-000000000001', 0, '\\x0a'),
                ('00000000-0000-4000-8000-000000000001', 1, '\\x0b');
            insert into telemetry.redecode (id, tenant, state, redecode_order, place, batches,
                frames, samples, passed_over, attempts, reason, created_at, created_by, created_app,
                finished_at, expires_at, lease, lease_until, idempotency_key, body_hash)
            values
                ('00000000-0000-4000-8000-000000000003', 'acme', 'RUNNING',
                    '{"catalogue":"again@00112233445566778899aabbccddeeff","fromUs":1,"toUs":10,
                        "vins":["JTMW1RFV7KF000031"]}',
                    '{"vehicle":0,"after":{"t0Us":4,"boot":5,"seq":6,"frame":0},"underWay":"AQI="}',
                    64, 128, 256, 3, 1, null, '2026-05-01T12:00:00Z', 'lake', null, null,
                    '2026-05-04T12:00:00Z', 78, '2026-05-01T12:01:30Z', 'k-1', '\\x02')
            """;

    private void writeAsBefore() throws SQLException {
        var _ =
                Flyway.configure()
                        .dataSource(server.jdbcUrl(), server.user(), server.password())
                        .schemas("telemetry")
                        .createSchemas(true)
                        .locations("classpath:db/telemetry")
                        .target("40")
                        .load()
                        .migrate();
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(ROWS);
        }
    }

    private static <O, P, D> JobTable<O, P, D> jobs(
            Database database, JobKind<O, P, D> kind, Instant now) {
        return new JobTable<>(
                database, kind, Duration.ofDays(3), 10, Clock.fixed(now, ZoneOffset.UTC));
    }

    @Test
    void rowsOfBothTablesAreJobs() throws SQLException {
        writeAsBefore();
        try (Database database =
                Database.open(
                        new DatabaseConfig(server.jdbcUrl(), server.user(), server.password(), 4),
                        "telemetry")) {
            JobTable<ExportOrder, ExportPlace, ExportCounts> exports =
                    jobs(database, ExportOrder.KIND, LEASE_UNTIL);
            ExportPartTable parts = new ExportPartTable(database, exports);
            Job<ExportOrder, ExportPlace, ExportCounts> running =
                    new Job<>(
                            RUNNING,
                            ACME,
                            JobState.RUNNING,
                            new ExportOrder(
                                    ExportOrder.Format.CSV,
                                    List.of("SPEED"),
                                    1,
                                    10,
                                    List.of(new ExportOrder.Target(VIN, List.of("can0.M.SPEED")))),
                            new ExportPlace(0, new SampleKey(5, -1, 2, 3)),
                            new ExportCounts(2, 70, 900),
                            null,
                            "lake",
                            CREATED,
                            null,
                            EXPIRES);
            Job<ExportOrder, ExportPlace, ExportCounts> failed =
                    new Job<>(
                            DONE,
                            ACME,
                            JobState.FAILED,
                            new ExportOrder(
                                    ExportOrder.Format.NDJSON, List.of("SPEED"), 1, 10, List.of()),
                            ExportPlace.BEGIN,
                            ExportCounts.NONE,
                            "too large",
                            "lake",
                            CREATED.minusSeconds(3_600),
                            CREATED.minusSeconds(1_800),
                            EXPIRES);
            assertEquals(List.of(running, failed), exports.list(ACME));
            assertEquals(running, exports.former(CALLER, new Jobs.Use("k-1", new byte[] {1})));
            assertNull(exports.take(), "its lease goes on");
            assertArrayEquals(new byte[] {10}, parts.part(RUNNING, 0));
            assertArrayEquals(new byte[] {11}, parts.part(RUNNING, 1));

            JobTable<ExportOrder, ExportPlace, ExportCounts> later =
                    jobs(database, ExportOrder.KIND, LEASE_UNTIL.plusSeconds(1));
            Work<ExportOrder, ExportPlace, ExportCounts> work = later.take();
            assertEquals(running, work.job());
            assertNotNull(
                    new ExportPartTable(database, later)
                            .append(work, new byte[] {12}, 1, new ExportPlace(1, null), true));
            assertArrayEquals(new byte[] {12}, parts.part(RUNNING, 2));
            later.remove(ACME, RUNNING);
            assertNull(parts.part(RUNNING, 0));

            JobTable<RedecodeOrder, RedecodePlace, RedecodeCounts> redecodes =
                    jobs(database, RedecodeOrder.KIND, LEASE_UNTIL.plusSeconds(1));
            Job<RedecodeOrder, RedecodePlace, RedecodeCounts> redecode =
                    redecodes.get(ACME, REDECODE);
            assertEquals(new RedecodeOrder(CATALOGUE, 1, 10, List.of(VIN)), redecode.order());
            assertEquals(new RedecodeCounts(64, 128, 256, 3), redecode.done());
            assertEquals(JobState.RUNNING, redecode.state());
            assertEquals(0, redecode.place().vehicle());
            assertEquals(new FrameBatch.Place(4, 5, 6, 0), redecode.place().after());
            assertArrayEquals(new byte[] {1, 2}, redecode.place().underWay());
            assertEquals(
                    REDECODE, redecodes.former(CALLER, new Jobs.Use("k-1", new byte[] {2})).id());
            assertEquals(REDECODE, redecodes.take().job().id());
            assertEquals(
                    List.of(0, 1),
                    database.transaction(handle ->
                            handle.createQuery("select attempts from job order by attempts")
                                    .mapTo(Integer.class)
                                    .list()));
            assertEquals(
                    List.of(),
                    database.transaction(handle ->
                            handle.createQuery(
                                            """
                                            select table_name from information_schema.tables
                                            where table_schema = 'telemetry'
                                                and table_name in ('export', 'redecode')
                                            """)
                                    .mapTo(String.class)
                                    .list()));
        }
    }
}
