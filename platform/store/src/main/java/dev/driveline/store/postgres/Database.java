package dev.driveline.store.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.runtime.auth.Acting;
import dev.driveline.runtime.rest.ProblemException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * One service's schema in PostgreSQL: a pool whose connections have that schema as search path,
 * migrated by Flyway before anything else uses it.
 *
 * <p>Thread-safe; methods block. A database that does not answer ends in {@link
 * ErrorCode#UNAVAILABLE}; a serialisation failure or deadlock is tried again.
 */
public final class Database implements AutoCloseable {

    private static final long CONNECT_LIMIT_MS = 5_000;
    private static final int ATTEMPTS = 5;
    private static final ScopedValue<Joined> JOINED = ScopedValue.newInstance();
    private static final String SERIALIZATION_FAILURE = "40001";
    private static final String DEADLOCK = "40P01";
    private static final String CONNECTION_CLASS = "08";
    private static final String SHUTDOWN_CLASS = "57P";

    private final HikariDataSource pool;
    private final Jdbi jdbi;
    private final DatabaseConfig config;
    private final String schema;
    private volatile boolean signing;

    private Database(HikariDataSource pool, DatabaseConfig config, String schema) {
        this.pool = pool;
        this.jdbi = Jdbi.create(pool);
        this.config = config;
        this.schema = schema;
    }

    /** What is done with a connection. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Handle handle) throws SQLException;
    }

    /** As {@link Work}, without a result. */
    @FunctionalInterface
    public interface Task {
        void in(Handle handle) throws SQLException;
    }

    /**
     * Opens the pool and brings the schema up to date.
     *
     * @param schema made if it is missing; migrations lie in {@code db/<schema>} on the class path
     * @throws IllegalStateException naming the URL, if the database does not answer or a migration
     *     fails
     */
    public static Database open(DatabaseConfig config, String schema) {
        HikariDataSource pool = poolOf(config, schema);
        try {
            migrationOf(config, schema).load().migrate();
        } catch (RuntimeException failed) {
            pool.close();
            throw notMigrated(config, schema, failed);
        }
        return new Database(pool, config, schema);
    }

    /**
     * As {@link #open}, with the table of {@link Outbox} in the same schema; its migrations have a
     * history of their own.
     */
    public static Database openWithOutbox(DatabaseConfig config, String schema) {
        Database database = open(config, schema);
        try {
            migrationOf(config, schema)
                    .locations("classpath:db/outbox")
                    .table("outbox_schema_history")
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .load()
                    .migrate();
        } catch (RuntimeException failed) {
            database.close();
            throw notMigrated(config, schema, failed);
        }
        return database;
    }

    private static HikariDataSource poolOf(DatabaseConfig config, String schema) {
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName(schema);
        hikari.setJdbcUrl(config.jdbcUrl());
        hikari.setUsername(config.user());
        hikari.setPassword(config.password());
        hikari.setMaximumPoolSize(config.connections());
        hikari.setMinimumIdle(1);
        hikari.setConnectionTimeout(CONNECT_LIMIT_MS);
        hikari.setSchema(schema);
        hikari.setInitializationFailTimeout(-1);
        hikari.addDataSourceProperty("reWriteBatchedInserts", "true");
        hikari.addDataSourceProperty("socketTimeout", "60");
        return new HikariDataSource(hikari);
    }

    private static FluentConfiguration migrationOf(DatabaseConfig config, String schema) {
        return Flyway.configure()
                .dataSource(config.jdbcUrl(), config.user(), config.password())
                .schemas(schema)
                .createSchemas(true)
                .locations("classpath:db/" + schema)
                .connectRetries(10);
    }

    private static IllegalStateException notMigrated(
            DatabaseConfig config, String schema, RuntimeException failed) {
        return new IllegalStateException(
                "cannot migrate schema "
                        + schema
                        + " at "
                        + config.jdbcUrl()
                        + ": "
                        + failed.getMessage(),
                failed);
    }

    /**
     * From now on the first statement of every transaction sets {@code driveline.actor} and {@code
     * driveline.app} to who acts, for triggers that write it down. Where it is on, no transaction
     * can choose its isolation level any more.
     */
    public void sign() {
        signing = true;
    }

    /** The name of the schema. */
    public String schema() {
        return schema;
    }

    /**
     * Opens a connection outside the pool, for what must live as long as its session: locks and
     * notifications. The caller closes it.
     */
    public Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", config.user());
        properties.setProperty("password", config.password());
        properties.setProperty("currentSchema", schema);
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "30");
        properties.setProperty("tcpKeepAlive", "true");
        return DriverManager.getConnection(config.jdbcUrl(), properties);
    }

    /** A transaction that others of its thread are part of. */
    private record Joined(Database database, Handle handle, List<Runnable> afterwards) {}

    /**
     * Makes one transaction of all those that {@code work} runs on this thread, committed in the
     * end or not at all; the others' exceptions must get out of it, and what is to follow their
     * commits belongs into {@link #afterwards}. It is tried again as {@link #transaction} is.
     */
    public <T> T joined(Callable<T> work) throws Exception {
        List<Runnable> afterwards = new ArrayList<>();
        for (int attempt = 1; ; attempt++) {
            afterwards.clear();
            try {
                T result =
                        jdbi.<T, Exception>inTransaction(handle ->
                                ScopedValue.where(JOINED, new Joined(this, handle, afterwards))
                                        .call(work::call));
                afterwards.forEach(Runnable::run);
                return result;
            } catch (SQLException | RuntimeException failed) {
                if (!worthAnotherTry(failed) || attempt == ATTEMPTS) {
                    throw problemOf(failed);
                }
            }
        }
    }

    /** Runs a task once everything is committed: now, or after {@link #joined}. */
    public void afterwards(Runnable task) {
        Joined joined = JOINED.isBound() ? JOINED.get() : null;
        if (joined != null && joined.database() == this) {
            joined.afterwards().add(task);
        } else {
            task.run();
        }
    }

    /** Runs {@code work} in one transaction and commits it. */
    public <T> T transaction(Work<T> work) {
        Joined joined = JOINED.isBound() ? JOINED.get() : null;
        if (joined != null && joined.database() == this) {
            try {
                return work.in(joined.handle());
            } catch (SQLException failed) {
                throw new IllegalStateException(failed);
            }
        }
        Acting acting = signing ? Acting.now() : null;
        for (int attempt = 1; ; attempt++) {
            try {
                return jdbi.inTransaction(handle -> {
                    if (acting != null) {
                        sign(handle, acting);
                    }
                    return work.in(handle);
                });
            } catch (SQLException | JdbiException failed) {
                if (!worthAnotherTry(failed) || attempt == ATTEMPTS) {
                    throw problemOf(failed);
                }
            }
        }
    }

    /**
     * As {@link #transaction}, for work that cannot be done twice, such as reading a stream.
     *
     * @throws ProblemException UNAVAILABLE too if another transaction stood in its way
     */
    public <T> T once(Work<T> work) {
        Acting acting = signing ? Acting.now() : null;
        try {
            return jdbi.inTransaction(handle -> {
                if (acting != null) {
                    sign(handle, acting);
                }
                return work.in(handle);
            });
        } catch (SQLException | JdbiException failed) {
            if (worthAnotherTry(failed)) {
                throw new ProblemException(
                        ErrorCode.UNAVAILABLE, "another change stood in the way; nothing is kept");
            }
            throw problemOf(failed);
        }
    }

    private static void sign(Handle handle, Acting acting) {
        handle.execute(
                "SELECT set_config('driveline.actor', ?, true), set_config('driveline.app', ?, true)",
                acting.actor(),
                acting.app() == null ? "" : acting.app());
    }

    /** As {@link #transaction}, without a result. */
    public void run(Task task) {
        transaction(handle -> {
            task.in(handle);
            return Boolean.TRUE;
        });
    }

    /** Whether the database answers, for a readiness check; at most one second. */
    public @Nullable String problem() {
        return pool.isRunning()
                        && pool.getHikariPoolMXBean() != null
                        && pool.getHikariPoolMXBean().getTotalConnections() > 0
                ? null
                : "no connection to PostgreSQL (schema " + schema + ")";
    }

    @Override
    public void close() {
        pool.close();
    }

    private RuntimeException problemOf(Exception failed) {
        SQLException cause = sqlCause(failed);
        String state = cause == null || cause.getSQLState() == null ? "" : cause.getSQLState();
        boolean away =
                cause instanceof SQLTransientException
                        || state.startsWith(CONNECTION_CLASS)
                        || state.startsWith(SHUTDOWN_CLASS);
        if (away) {
            return new ProblemException(ErrorCode.UNAVAILABLE, "PostgreSQL does not answer");
        }
        return failed instanceof RuntimeException unchecked
                ? unchecked
                : new IllegalStateException(failed);
    }

    private static boolean worthAnotherTry(Exception failed) {
        SQLException cause = sqlCause(failed);
        return cause != null
                && (SERIALIZATION_FAILURE.equals(cause.getSQLState())
                        || DEADLOCK.equals(cause.getSQLState()));
    }

    private static @Nullable SQLException sqlCause(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }
}
