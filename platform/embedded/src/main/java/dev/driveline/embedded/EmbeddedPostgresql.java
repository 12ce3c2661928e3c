package dev.driveline.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server beside this process, its data kept in a folder.
 *
 * <p>It listens on 127.0.0.1 alone, without a Unix socket, and takes its one superuser {@value
 * #USER} by a password that is made with the data and stands in the folder's file {@code password}.
 * Commits are on disk before they are confirmed, unless {@link Config#fsync()} is off.
 *
 * <p>The server is a process of its own, so it outlives a killed parent; the next start on the same
 * folder stops it cleanly and starts its own. Works as root (in a user namespace) and as a user.
 * Text is compared by PostgreSQL's built-in C.UTF-8, whatever the machine's locale.
 *
 * <p>Thread: {@link #start} blocks until the server takes connections; all methods may be called
 * from any thread, {@link #close} more than once.
 */
public final class EmbeddedPostgresql implements AutoCloseable {
    /** The superuser, and the only user that is there at first. */
    public static final String USER = "driveline";

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgresql.class);
    private static final String WHAT = "Embedded PostgreSQL";
    private static final String HOST = "127.0.0.1";
    private static final int FREE_PORT_ATTEMPTS = 3;
    private static final Pattern DATABASE = Pattern.compile("[a-z_][a-z0-9_]{0,62}");
    private static final String DUPLICATE_DATABASE = "42P04";

    private final Postmaster postmaster;
    private final FolderLock lock;
    private final int port;
    private final String password;
    private final AtomicBoolean closed = new AtomicBoolean();

    private EmbeddedPostgresql(Postmaster postmaster, FolderLock lock, int port, String password) {
        this.postmaster = postmaster;
        this.lock = lock;
        this.port = port;
        this.password = password;
    }

    /**
     * What to start.
     *
     * @param folder holds the data, the password and the logs; created when missing, kept at close
     * @param cache where the programs are unpacked, about 50 MB, once for all folders
     * @param port 0: a free one
     * @param fsync off: a power loss can destroy the data; for tests
     * @param settings server settings by PostgreSQL's own names; they win over ours
     */
    public record Config(
            Path folder, Path cache, int port, boolean fsync, Map<String, String> settings) {
        public Config {
            LocalPort.check("port", port);
            settings = Map.copyOf(settings);
        }

        /** A free port, commits on disk, programs in {@code ~/.cache/driveline}. */
        public static Config in(Path folder) {
            return new Config(
                    folder,
                    defaultCache(System.getProperty("user.home", ""), folder),
                    0,
                    true,
                    Map.of());
        }

        /** {@code ~/.cache/driveline}, or a place in the data folder where there is no home. */
        static Path defaultCache(String home, Path folder) {
            Path candidate = Path.of(home);
            boolean usable =
                    candidate.isAbsolute()
                            && candidate.getNameCount() > 0
                            && Files.isDirectory(candidate)
                            && Files.isWritable(candidate);
            return usable ? candidate.resolve(".cache/driveline") : folder.resolve("programs");
        }

        /** The same on this port. */
        public Config withPort(int newPort) {
            return new Config(folder, cache, newPort, fsync, settings);
        }

        /** The same with the programs unpacked under this folder. */
        public Config withCache(Path newCache) {
            return new Config(folder, newCache, port, fsync, settings);
        }

        /** The same, commits forced to disk or not. */
        public Config withFsync(boolean newFsync) {
            return new Config(folder, cache, port, newFsync, settings);
        }

        /** The same with one more server setting. */
        public Config withSetting(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(settings);
            more.put(name, value);
            return new Config(folder, cache, port, fsync, more);
        }
    }

    /**
     * Starts the server and returns when it takes connections; an empty folder is initialised
     * first.
     *
     * @throws EmbeddedStartException naming the port or the folder that is taken, or PostgreSQL's
     *     own reason
     */
    public static EmbeddedPostgresql start(Config config) {
        long startedNs = System.nanoTime();
        FolderLock lock = FolderLock.take(config.folder(), WHAT);
        try {
            Postmaster postmaster = new Postmaster(config.folder(), config.cache());
            postmaster.stopLeftOver();
            postmaster.initialise(USER, config.fsync());
            String password = postmaster.password();
            int port = startServer(config, postmaster);
            LOG.atInfo()
                    .addKeyValue("port", port)
                    .addKeyValue("folder", config.folder())
                    .addKeyValue("tookMs", (System.nanoTime() - startedNs) / 1_000_000)
                    .log("embedded PostgreSQL started");
            return new EmbeddedPostgresql(postmaster, lock, port, password);
        } catch (IOException e) {
            lock.close();
            throw new EmbeddedStartException(
                    "folder",
                    "%s did not start on the folder %s: %s"
                            .formatted(WHAT, config.folder(), e.getMessage()),
                    e);
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private static int startServer(Config config, Postmaster postmaster) throws IOException {
        for (int attempt = 1; ; attempt++) {
            int port = LocalPort.claim(WHAT, HOST, config.port(), "port");
            try {
                postmaster.start(settings(config, port));
                return port;
            } catch (IOException e) {
                // Another process can take the port between the claim and the server's own bind.
                if (!postmaster.logTail().endsWith("could not create any TCP/IP sockets")) {
                    throw e;
                }
                if (config.port() != 0 || attempt == FREE_PORT_ATTEMPTS) {
                    throw LocalPort.taken(WHAT, HOST, port, "port", e);
                }
            }
        }
    }

    private static Map<String, String> settings(Config config, int port) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("listen_addresses", HOST);
        settings.put("port", Integer.toString(port));
        settings.put("unix_socket_directories", "");
        settings.put("max_connections", "200");
        settings.put("shared_buffers", "64MB");
        settings.put("timezone", "UTC");
        settings.put("log_timezone", "UTC");
        settings.put("log_min_messages", "warning");
        settings.put("fsync", config.fsync() ? "on" : "off");
        settings.put("full_page_writes", config.fsync() ? "on" : "off");
        settings.put("synchronous_commit", config.fsync() ? "on" : "off");
        settings.putAll(config.settings());
        return settings;
    }

    /**
     * Stops the server that a killed process left on a folder, and starts none; a folder that a
     * living process holds is left alone.
     *
     * @return whether the folder is free of a server now
     */
    public static boolean stopLeftOver(Config config) {
        if (!Files.isDirectory(config.folder())) {
            return true;
        }
        try (FolderLock _ = FolderLock.take(config.folder(), WHAT)) {
            new Postmaster(config.folder(), config.cache()).stopLeftOver();
            return true;
        } catch (EmbeddedStartException | IOException e) {
            LOG.atDebug().setCause(e).addKeyValue("folder", config.folder()).log("left alone");
            return false;
        }
    }

    /** The TCP port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** The superuser's name. */
    public String user() {
        return USER;
    }

    /** The superuser's password; secret. */
    public String password() {
        return password;
    }

    /** The address of a database, without user and password. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://%s:%d/%s".formatted(HOST, port, database);
    }

    /**
     * Creates a database unless it is there.
     *
     * @param name lower-case letters, digits and underscores, at most 63
     * @throws IllegalArgumentException when it is not
     */
    public void createDatabase(String name) throws SQLException {
        if (!DATABASE.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "database name '%s'; expected %s".formatted(name, DATABASE));
        }
        try (Connection connection =
                DriverManager.getConnection(jdbcUrl("postgres"), USER, password)) {
            if (exists(connection, name)) {
                return;
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("CREATE DATABASE " + name);
            } catch (SQLException e) {
                if (!DUPLICATE_DATABASE.equals(e.getSQLState())) {
                    throw e;
                }
            }
        }
    }

    private static boolean exists(Connection connection, String name) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
            query.setString(1, name);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** Stops the server, cutting its connections, and keeps its data. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        // An interrupted thread stops the server all the same: nobody else would.
        boolean interrupted = Thread.interrupted();
        try {
            postmaster.stop();
            LOG.atInfo().addKeyValue("port", port).log("embedded PostgreSQL stopped");
        } catch (IOException e) {
            LOG.atError().setCause(e).addKeyValue("port", port).log("embedded PostgreSQL stop");
        } finally {
            lock.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
