package dev.driveline.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbeddedKafkaIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir Path folder;

    static void createTopic(String bootstrap, String name, Map<String, String> config)
            throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            NewTopic topic = new NewTopic(name, Optional.empty(), Optional.empty()).configs(config);
            admin.createTopics(List.of(topic)).all().get();
        }
    }

    private static List<String> read(String bootstrap, int count, String isolation) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrap, "isolation.level", isolation);
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            TopicPartition partition = new TopicPartition("drive", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long deadlineNs = System.nanoTime() + LIMIT.toNanos();
            while (values.size() < count && System.nanoTime() < deadlineNs) {
                for (ConsumerRecord<String, String> record :
                        consumer.poll(Duration.ofMillis(200))) {
                    values.add(record.value());
                }
            }
        }
        return values;
    }

    private static List<String> written(int count) {
        return IntStream.range(0, count).mapToObj(i -> "record-" + i).toList();
    }

    @Test
    void keepsAcknowledgedRecordsWhenItsProcessIsKilled() throws Exception {
        String clusterId;
        try (ChildJvm child = ChildJvm.start(KafkaChild.class, folder.toString(), "500")) {
            clusterId = child.hear();
            assertEquals("written", child.hear());
            child.kill();
        }
        long startNs = System.nanoTime();
        try (EmbeddedKafka kafka = EmbeddedKafka.start(EmbeddedKafka.Config.in(folder))) {
            long tookMs = (System.nanoTime() - startNs) / 1_000_000;
            assertEquals(clusterId, kafka.clusterId());
            assertEquals(written(500), read(kafka.bootstrap(), 500, "read_uncommitted"));
            assertTrue(tookMs < 15_000, "restart after a kill took " + tookMs + " ms");
        }
    }

    @Test
    void secondProcessOnTheSameFolderIsToldWhoHoldsIt() throws Exception {
        try (ChildJvm child = ChildJvm.start(KafkaChild.class, folder.toString(), "0")) {
            child.hear();
            EmbeddedStartException e =
                    assertThrows(
                            EmbeddedStartException.class,
                            () -> EmbeddedKafka.start(EmbeddedKafka.Config.in(folder)));
            assertEquals("folder", e.setting());
            assertTrue(
                    e.getMessage()
                            .matches(
                                    ".*cannot start on the folder .*: the process \\d+ is using it.*"),
                    e.getMessage());
            assertTrue(e.getMessage().contains(folder.toRealPath().toString()), e.getMessage());
        }
    }

    @Test
    void commitsTransactionsAndTakesLargeRecordsWhereTheTopicAsks() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(EmbeddedKafka.Config.in(folder))) {
            createTopic(kafka.bootstrap(), "drive", Map.of());
            createTopic(kafka.bootstrap(), "large", Map.of("max.message.bytes", "10485760"));
            Map<String, Object> settings =
                    Map.of(
                            "bootstrap.servers",
                            kafka.bootstrap(),
                            "transactional.id",
                            "t",
                            "max.request.size",
                            10 << 20);
            try (KafkaProducer<byte[], byte[]> producer =
                    new KafkaProducer<>(
                            settings, new ByteArraySerializer(), new ByteArraySerializer())) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("drive", "aborted".getBytes(UTF_8))).get();
                producer.abortTransaction();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("drive", "committed".getBytes(UTF_8))).get();
                producer.send(new ProducerRecord<>("large", new byte[9 << 20])).get();
                producer.commitTransaction();
            }
            assertEquals(List.of("committed"), read(kafka.bootstrap(), 1, "read_committed"));
            Map<String, Object> reader = Map.of("bootstrap.servers", kafka.bootstrap());
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(
                            reader, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                TopicPartition partition = new TopicPartition("large", 0);
                consumer.assign(List.of(partition));
                consumer.seekToBeginning(List.of(partition));
                assertEquals(9 << 20, consumer.poll(LIMIT).iterator().next().value().length);
            }
        }
    }

    @Test
    void topicsAreNotCreatedByUse() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(EmbeddedKafka.Config.in(folder));
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
            ExecutionException e =
                    assertThrows(
                            ExecutionException.class,
                            () -> admin.describeTopics(List.of("unknown")).allTopicNames().get());
            assertEquals(UnknownTopicOrPartitionException.class, e.getCause().getClass());
        }
    }

    @Test
    void startsAgainOnOtherPortsAndDurable() throws Exception {
        EmbeddedKafka.Config config = EmbeddedKafka.Config.in(folder).withPartitions(3);
        String clusterId;
        try (EmbeddedKafka kafka = EmbeddedKafka.start(config)) {
            clusterId = kafka.clusterId();
            createTopic(kafka.bootstrap(), "drive", Map.of());
        }
        try (EmbeddedKafka kafka = EmbeddedKafka.start(config.withDurable(true));
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
            assertEquals(clusterId, kafka.clusterId());
            assertEquals(
                    3,
                    admin.describeTopics(List.of("drive"))
                            .allTopicNames()
                            .get()
                            .get("drive")
                            .partitions()
                            .size());
            Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrap());
            try (KafkaProducer<String, String> producer =
                    new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
                producer.send(new ProducerRecord<>("drive", 0, "k", "v")).get();
            }
        }
    }

    @Test
    void takenPortIsNamedWithItsSettingAndTheFolderIsFreeAgain() throws Exception {
        EmbeddedKafka.Config config = EmbeddedKafka.Config.in(folder);
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int taken = other.getLocalPort();
            EmbeddedStartException broker =
                    assertThrows(
                            EmbeddedStartException.class,
                            () -> EmbeddedKafka.start(config.withPorts(taken, 0)));
            assertEquals("port", broker.setting());
            assertTrue(
                    broker.getMessage().contains("127.0.0.1:" + taken + " (setting port)"),
                    broker.getMessage());
            EmbeddedStartException controller =
                    assertThrows(
                            EmbeddedStartException.class,
                            () -> EmbeddedKafka.start(config.withPorts(0, taken)));
            assertEquals("controllerPort", controller.setting());
        }
        EmbeddedKafka.start(config).close();
    }

    @Test
    void nonsenseSettingIsAnExceptionAndNotTheEndOfTheProcess() throws Exception {
        EmbeddedKafka.Config config = EmbeddedKafka.Config.in(folder);
        EmbeddedStartException e =
                assertThrows(
                        EmbeddedStartException.class,
                        () -> EmbeddedKafka.start(config.withSetting("num.io.threads", "many")));
        assertTrue(e.getMessage().contains("num.io.threads"), e.getMessage());
        // One port for both listeners is found out only when the second one binds.
        int port = LocalPort.claim("test", "127.0.0.1", 0, "port");
        EmbeddedStartException same =
                assertThrows(
                        EmbeddedStartException.class,
                        () -> EmbeddedKafka.start(config.withPorts(port, port)));
        assertTrue(same.getMessage().contains(folder.toString()), same.getMessage());
        EmbeddedKafka.start(config).close();
    }
}
