package dev.driveline.testkit;

import dev.driveline.embedded.EmbeddedPostgresql;
import dev.driveline.testkit.OnePerJvm.Running;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * One PostgreSQL server a test JVM, started at first use, closed and deleted at exit.
 *
 * <p>Tests share it: a test class takes a database of its own. Nothing is forced to disk.
 */
public final class TestPostgres {
    private static final OnePerJvm<Server> SERVER =
            new OnePerJvm<>(
                    "postgres", () -> Containers.wanted() ? startContainer() : startEmbedded());
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private TestPostgres() {}

    private record Server(UnaryOperator<String> jdbcUrl, String user, String password) {}

    /**
     * An empty database and its owner's login.
     *
     * @param jdbcUrl address, without user and password
     */
    public record Database(String name, String jdbcUrl, String user, String password) {
        /** A connection of its own, to be closed by the caller. */
        public Connection connect() throws SQLException {
            return DriverManager.getConnection(jdbcUrl, user, password);
        }
    }

    /**
     * A database that no other test has.
     *
     * @throws org.opentest4j.TestAbortedException when containers are asked for and there is no
     *     engine
     */
    public static Database freshDatabase() {
        Server server = SERVER.get();
        String name = "t" + DATABASES.incrementAndGet();
        try (Connection connection =
                        DriverManager.getConnection(
                                server.jdbcUrl().apply("postgres"),
                                server.user(),
                                server.password());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("database " + name + " was not created", e);
        }
        return new Database(name, server.jdbcUrl().apply(name), server.user(), server.password());
    }

    private static Running<Server> startEmbedded() {
        TestFolder.sweep(
                Path.of(System.getProperty("java.io.tmpdir")),
                "postgres",
                left -> EmbeddedPostgresql.stopLeftOver(EmbeddedPostgresql.Config.in(left)));
        Path folder = TestFolder.create("postgres");
        EmbeddedPostgresql postgres =
                EmbeddedPostgresql.start(
                        EmbeddedPostgresql.Config.in(folder)
                                .withFsync(false)
                                .withSetting("max_wal_size", "4GB"));
        return new Running<>(
                new Server(postgres::jdbcUrl, postgres.user(), postgres.password()),
                () -> {
                    postgres.close();
                    TestFolder.delete(folder);
                });
    }

    private static Running<Server> startContainer() {
        PostgreSQLContainer postgres =
                new PostgreSQLContainer(Containers.POSTGRES_IMAGE)
                        .withDatabaseName("postgres")
                        .withCommand("postgres", "-c", "fsync=off", "-c", "max_connections=200");
        postgres.start();
        String address =
                "jdbc:postgresql://%s:%d/"
                        .formatted(postgres.getHost(), postgres.getFirstMappedPort());
        return new Running<>(
                new Server(address::concat, postgres.getUsername(), postgres.getPassword()),
                postgres::stop);
    }
}
