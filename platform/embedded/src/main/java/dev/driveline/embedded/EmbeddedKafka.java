package dev.driveline.embedded;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka node (broker and controller) in this process, its data kept in a folder.
 *
 * <p>Durability: there is one copy. An acknowledged record survives the death of the process (kill
 * -9), because it stands in the operating system's page cache; a power loss or a kernel panic can
 * take the newest records, unless {@link Config#durable()} is set, which forces each append to disk
 * and costs about half of the throughput.
 *
 * <p>A disk that fails while the broker runs ends the process, as it does with any Kafka broker.
 *
 * <p>Topics are not created by use. Records over 1 MiB need {@code max.message.bytes} on their
 * topic.
 *
 * <p>Thread: {@link #start} blocks until the broker serves; {@link #close} may be called from any
 * thread, more than once.
 */
public final class EmbeddedKafka implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);
    private static final String WHAT = "Embedded Kafka";
    private static final String CONTROLLER = "CONTROLLER";
    private static final int NODE_ID = 1;
    private static final int FREE_PORT_ATTEMPTS = 3;
    private static final Object STARTING = new Object();

    private final KafkaRaftServer server;
    private final FolderLock lock;
    private final String bootstrap;
    private final String clusterId;
    private final AtomicBoolean closed = new AtomicBoolean();

    private EmbeddedKafka(
            KafkaRaftServer server, FolderLock lock, String bootstrap, String clusterId) {
        this.server = server;
        this.lock = lock;
        this.bootstrap = bootstrap;
        this.clusterId = clusterId;
    }

    /**
     * What to start.
     *
     * @param folder holds the lock file and the log; created when missing, kept at close
     * @param host address to listen on and to advertise
     * @param port of the broker; 0: a free one
     * @param controllerPort of the controller, for this process only; 0: a free one
     * @param partitions of a topic created without a number
     * @param durable force each append to disk before it is acknowledged
     * @param settings broker settings by Kafka's own names; they win over ours
     */
    public record Config(
            Path folder,
            String host,
            int port,
            int controllerPort,
            int partitions,
            boolean durable,
            Map<String, String> settings) {
        public Config {
            LocalPort.check("port", port);
            LocalPort.check("controllerPort", controllerPort);
            if (partitions < 1) {
                throw new IllegalArgumentException(
                        "partitions is " + partitions + "; expected at least 1");
            }
            settings = Map.copyOf(settings);
        }

        /** Loopback, free ports, one partition, page cache. */
        public static Config in(Path folder) {
            return new Config(folder, "127.0.0.1", 0, 0, 1, false, Map.of());
        }

        /** The same with these ports. */
        public Config withPorts(int newPort, int newControllerPort) {
            return new Config(
                    folder, host, newPort, newControllerPort, partitions, durable, settings);
        }

        /** The same with this number of partitions of a topic created without one. */
        public Config withPartitions(int newPartitions) {
            return new Config(folder, host, port, controllerPort, newPartitions, durable, settings);
        }

        /** The same, each append forced to disk or not. */
        public Config withDurable(boolean newDurable) {
            return new Config(folder, host, port, controllerPort, partitions, newDurable, settings);
        }

        /** The same with one more broker setting. */
        public Config withSetting(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(settings);
            more.put(name, value);
            return new Config(folder, host, port, controllerPort, partitions, durable, more);
        }
    }

    /**
     * Starts the node and returns when it serves; an empty folder is formatted first.
     *
     * @throws EmbeddedStartException naming the port or the folder that is taken, or Kafka's own
     *     reason
     */
    public static EmbeddedKafka start(Config config) {
        long startedNs = System.nanoTime();
        FolderLock lock = FolderLock.take(config.folder(), WHAT);
        try {
            String clusterId = format(config);
            for (int attempt = 1; ; attempt++) {
                int port = LocalPort.claim(WHAT, config.host(), config.port(), "port");
                int controllerPort =
                        LocalPort.claim(
                                WHAT, config.host(), config.controllerPort(), "controllerPort");
                try {
                    KafkaRaftServer server = startServer(config, port, controllerPort);
                    String bootstrap = config.host() + ":" + port;
                    LOG.atInfo()
                            .addKeyValue("bootstrap", bootstrap)
                            .addKeyValue("folder", config.folder())
                            .addKeyValue("clusterId", clusterId)
                            .addKeyValue("tookMs", (System.nanoTime() - startedNs) / 1_000_000)
                            .log("embedded Kafka started");
                    return new EmbeddedKafka(server, lock, bootstrap, clusterId);
                } catch (RuntimeException e) {
                    // A free port can be taken between choosing it and listening on it, and the
                    // same one can be free twice.
                    boolean free = config.port() == 0 || config.controllerPort() == 0;
                    boolean taken = isBindFailure(e) || port == controllerPort;
                    if (!free || attempt == FREE_PORT_ATTEMPTS || !taken) {
                        throw failed(config, e);
                    }
                }
            }
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private static EmbeddedStartException failed(Config config, RuntimeException cause) {
        if (cause instanceof EmbeddedStartException known) {
            return known;
        }
        return new EmbeddedStartException(
                "folder",
                "%s did not start on the folder %s: %s".formatted(WHAT, config.folder(), cause),
                cause);
    }

    private static boolean isBindFailure(@Nullable Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return true;
            }
        }
        return false;
    }

    /** Formats the log folder unless it is, and returns the cluster id in its meta.properties. */
    private static String format(Config config) {
        Path log = log(config);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PrintStream print = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            Files.createDirectories(log);
            if (clusterId(log) == null) {
                new Formatter()
                        .setPrintStream(print)
                        .setNodeId(NODE_ID)
                        .setClusterId(Uuid.randomUuid().toString())
                        .setControllerListenerName(CONTROLLER)
                        .setMetadataLogDirectory(log.toString())
                        .addDirectory(log.toString())
                        .setIgnoreFormatted(true)
                        .run();
            }
            String clusterId = clusterId(log);
            if (clusterId == null) {
                throw new IOException("no cluster id in " + log + " after formatting it");
            }
            return clusterId;
        } catch (Exception e) {
            throw new EmbeddedStartException(
                    "folder",
                    "%s cannot format the folder %s (setting folder): %s %s"
                            .formatted(WHAT, log, e, said.toString(StandardCharsets.UTF_8)),
                    e);
        }
    }

    private static @Nullable String clusterId(Path log) throws IOException {
        return new MetaPropertiesEnsemble.Loader()
                .addMetadataLogDir(log.toString())
                .load()
                .clusterId()
                .orElse(null);
    }

    private static Path log(Config config) {
        return config.folder().toAbsolutePath().resolve("log");
    }

    /**
     * Kafka's answer to a failed start-up is to end the JVM. While one of ours starts, the reason
     * becomes an exception instead; one start at a time, because that switch is Kafka's static.
     */
    private static KafkaRaftServer startServer(Config config, int port, int controllerPort) {
        synchronized (STARTING) {
            Exit.Procedure raise =
                    (status, message) -> {
                        throw new KafkaException(
                                "Kafka wanted to end the process, status %d: %s"
                                        .formatted(status, message));
                    };
            Exit.setExitProcedure(raise);
            Exit.setHaltProcedure(raise);
            KafkaRaftServer server = null;
            try {
                Map<String, Object> settings =
                        BrokerSettings.of(config, log(config), NODE_ID, port, controllerPort);
                server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
                server.startup();
                return server;
            } catch (RuntimeException | Error e) {
                if (server != null) {
                    shutDown(server);
                }
                throw e;
            } finally {
                Exit.resetExitProcedure();
                Exit.resetHaltProcedure();
            }
        }
    }

    private static void shutDown(KafkaRaftServer server) {
        server.shutdown();
        server.awaitShutdown();
    }

    /** {@code host:port} for clients. */
    public String bootstrap() {
        return bootstrap;
    }

    /** The id in the folder's own {@code meta.properties}; the same at every start. */
    public String clusterId() {
        return clusterId;
    }

    /** Stops the node and keeps its data. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                shutDown(server);
            } finally {
                lock.close();
            }
            LOG.atInfo().addKeyValue("bootstrap", bootstrap).log("embedded Kafka stopped");
        }
    }
}
