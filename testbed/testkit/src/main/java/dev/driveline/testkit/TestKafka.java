package dev.driveline.testkit;

import dev.driveline.embedded.EmbeddedKafka;
import dev.driveline.testkit.OnePerJvm.Running;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.testcontainers.kafka.KafkaContainer;

/**
 * One Kafka broker a test JVM, started at first use, closed and deleted at exit.
 *
 * <p>Tests share it: a test's topics begin with a prefix of its own. Topics are not created by use.
 */
public final class TestKafka {
    private static final OnePerJvm<String> BOOTSTRAP =
            new OnePerJvm<>(
                    "kafka", () -> Containers.wanted() ? startContainer() : startEmbedded());
    private static final AtomicInteger PREFIXES = new AtomicInteger();
    private static final long CREATE_LIMIT_SECONDS = 30;

    private TestKafka() {}

    /**
     * {@code host:port} of the broker.
     *
     * @throws org.opentest4j.TestAbortedException when containers are asked for and there is no
     *     engine
     */
    public static String bootstrap() {
        return BOOTSTRAP.get();
    }

    /** A prefix for topic, group and transaction names that no other test has, as {@code t3.}. */
    public static String freshPrefix() {
        return "t" + PREFIXES.incrementAndGet() + ".";
    }

    /** Creates a topic. */
    public static void createTopic(String name, int partitions) {
        createTopic(name, partitions, Map.of());
    }

    /** Creates a topic with settings by Kafka's own names. */
    public static void createTopic(String name, int partitions, Map<String, String> settings) {
        NewTopic topic =
                new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(settings);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
            admin.createTopics(List.of(topic)).all().get(CREATE_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("topic " + name + " was not created", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while creating topic " + name, e);
        }
    }

    private static Running<String> startEmbedded() {
        TestFolder.sweep(Path.of(System.getProperty("java.io.tmpdir")), "kafka", path -> true);
        Path folder = TestFolder.create("kafka");
        EmbeddedKafka kafka = EmbeddedKafka.start(EmbeddedKafka.Config.in(folder));
        return new Running<>(
                kafka.bootstrap(),
                () -> {
                    kafka.close();
                    TestFolder.delete(folder);
                });
    }

    private static Running<String> startContainer() {
        KafkaContainer kafka =
                new KafkaContainer(Containers.KAFKA_IMAGE)
                        .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
                        .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0");
        kafka.start();
        return new Running<>(kafka.getBootstrapServers(), kafka::stop);
    }
}
