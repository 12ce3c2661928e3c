package dev.driveline.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbeddedPostgresqlIT {
    @TempDir static Path cache;
    @TempDir Path folder;

    @BeforeAll
    static void unpack() throws Exception {
        PostgresBinaries.in(cache);
    }

    private EmbeddedPostgresql.Config config() {
        return EmbeddedPostgresql.Config.in(folder.resolve("pg data")).withCache(cache);
    }

    /** The first column of the last statement's rows. */
    private static List<String> query(
            EmbeddedPostgresql postgres, String database, String... statements)
            throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                postgres.jdbcUrl(database), postgres.user(), postgres.password());
                Statement statement = connection.createStatement()) {
            List<String> values = new ArrayList<>();
            for (String sql : statements) {
                if (statement.execute(sql)) {
                    ResultSet rows = statement.getResultSet();
                    while (rows.next()) {
                        values.add(rows.getString(1));
                    }
                }
            }
            return values;
        }
    }

    @Test
    void commitsGoToDiskByDefaultAndDataIsKept() throws Exception {
        EmbeddedPostgresql.Config config = config();
        String password;
        try (EmbeddedPostgresql postgres = EmbeddedPostgresql.start(config)) {
            password = postgres.password();
            postgres.createDatabase("fleet");
            postgres.createDatabase("fleet");
            for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
                assertEquals(List.of("on"), query(postgres, "fleet", "SHOW " + setting), setting);
            }
            assertEquals(List.of("127.0.0.1"), query(postgres, "fleet", "SHOW listen_addresses"));
            assertEquals(List.of("UTF8"), query(postgres, "fleet", "SHOW server_encoding"));
            query(postgres, "fleet", "CREATE TABLE t (x text)", "INSERT INTO t VALUES ('Ä')");
            assertEquals(List.of("ä"), query(postgres, "fleet", "SELECT lower(x) FROM t"));
        }
        Path secret = config.folder().resolve("password");
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)));
        try (EmbeddedPostgresql postgres = EmbeddedPostgresql.start(config.withFsync(false))) {
            assertEquals(password, postgres.password());
            assertEquals(List.of("Ä"), query(postgres, "fleet", "SELECT x FROM t"));
            assertEquals(List.of("off"), query(postgres, "fleet", "SHOW fsync"));
        }
    }

    @Test
    void wrongPasswordIsRefused() throws Exception {
        try (EmbeddedPostgresql postgres = EmbeddedPostgresql.start(config().withFsync(false))) {
            SQLException e =
                    assertThrows(
                            SQLException.class,
                            () ->
                                    DriverManager.getConnection(
                                            postgres.jdbcUrl("postgres"),
                                            postgres.user(),
                                            "guess"));
            assertEquals("28P01", e.getSQLState());
        }
    }

    @Test
    void serverLeftByAKilledProcessIsReplacedAndCommitsAreThere() throws Exception {
        EmbeddedPostgresql.Config config = config();
        int port;
        try (ChildJvm child =
                ChildJvm.start(PostgresChild.class, config.folder().toString(), cache.toString())) {
            child.hear();
            port = Integer.parseInt(child.hear());
            child.kill();
        }
        try (EmbeddedPostgresql postgres = EmbeddedPostgresql.start(config.withPort(port))) {
            assertEquals(port, postgres.port());
            assertEquals(List.of("committed"), query(postgres, "fleet", "SELECT vin FROM vehicle"));
        }
    }

    @Test
    void leftOverServerIsStoppedWithoutStartingOne() throws Exception {
        EmbeddedPostgresql.Config config = config();
        int port;
        try (ChildJvm child =
                ChildJvm.start(PostgresChild.class, config.folder().toString(), cache.toString())) {
            child.hear();
            port = Integer.parseInt(child.hear());
            assertFalse(EmbeddedPostgresql.stopLeftOver(config), "its process lives");
            child.kill();
        }
        assertTrue(EmbeddedPostgresql.stopLeftOver(config));
        assertEquals(port, LocalPort.claim("test", "127.0.0.1", port, "port"));
    }

    @Test
    void worksWithoutHomeAndWithAnUnknownLocale() throws Exception {
        Path data = folder.resolve("odd");
        try (ChildJvm child =
                ChildJvm.start(
                        PostgresChild.class,
                        builder -> {
                            builder.environment().remove("HOME");
                            builder.environment().put("LC_ALL", "xx_YY.nonsense");
                            builder.environment().put("PGPORT", "1");
                            builder.environment().put("PGDATA", "/nowhere");
                            builder.environment().put("JAVA_TOOL_OPTIONS", "-Duser.home=/nowhere");
                        },
                        data.toString())) {
            assertEquals(data.resolve("programs").toString(), child.hear());
            Integer.parseInt(child.hear());
            child.kill();
        }
        assertTrue(
                EmbeddedPostgresql.stopLeftOver(
                        EmbeddedPostgresql.Config.in(data).withCache(data.resolve("programs"))));
    }

    @Test
    void processNumberOfSomebodyElseIsNotTouched() throws Exception {
        EmbeddedPostgresql.Config config = config().withFsync(false);
        EmbeddedPostgresql.start(config).close();
        Process innocent = new ProcessBuilder("sleep", "60").start();
        try {
            Files.writeString(
                    config.folder().resolve("data/postmaster.pid"),
                    "%d\n%s\n1\n5432\n\n127.0.0.1\n\nready   \n"
                            .formatted(innocent.pid(), config.folder().resolve("data")));
            EmbeddedPostgresql.start(config).close();
            assertTrue(innocent.isAlive());
        } finally {
            innocent.destroyForcibly();
        }
    }

    @Test
    void secondStartOnTheSameFolderIsRefused() throws Exception {
        EmbeddedPostgresql.Config config = config().withFsync(false);
        try (EmbeddedPostgresql postgres = EmbeddedPostgresql.start(config)) {
            EmbeddedStartException e =
                    assertThrows(
                            EmbeddedStartException.class, () -> EmbeddedPostgresql.start(config));
            assertEquals("folder", e.setting());
            assertTrue(
                    e.getMessage().contains(config.folder() + ": this process is using it"),
                    e.getMessage());
            assertEquals(List.of("1"), query(postgres, "postgres", "SELECT 1"));
        }
    }

    @Test
    void takenPortIsNamedWithItsSetting() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            EmbeddedStartException e =
                    assertThrows(
                            EmbeddedStartException.class,
                            () ->
                                    EmbeddedPostgresql.start(
                                            config().withFsync(false)
                                                    .withPort(other.getLocalPort())));
            assertEquals("port", e.setting());
            assertTrue(
                    e.getMessage()
                            .contains("127.0.0.1:" + other.getLocalPort() + " (setting port)"),
                    e.getMessage());
        }
    }

    @Test
    void nonsenseSettingIsReportedInPostgresqlsOwnWords() {
        EmbeddedStartException e =
                assertThrows(
                        EmbeddedStartException.class,
                        () ->
                                EmbeddedPostgresql.start(
                                        config().withFsync(false)
                                                .withSetting("work_mem", "it's a lot")));
        assertTrue(e.getMessage().contains("work_mem"), e.getMessage());
    }

    @Test
    void closesOnAnInterruptedThread() throws Exception {
        EmbeddedPostgresql postgres = EmbeddedPostgresql.start(config().withFsync(false));
        int port = postgres.port();
        Thread.currentThread().interrupt();
        postgres.close();
        assertTrue(Thread.interrupted());
        assertEquals(port, LocalPort.claim("test", "127.0.0.1", port, "port"));
    }

    @Test
    void databaseNamesAreChecked() throws Exception {
        try (EmbeddedPostgresql postgres = EmbeddedPostgresql.start(config().withFsync(false))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> postgres.createDatabase("a; DROP DATABASE fleet"));
        }
    }
}
