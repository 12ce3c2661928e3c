package dev.driveline.telemetry.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.PublicTopic;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.Topics;
import dev.driveline.telemetry.intake.BookFacts;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.GuardedKafka;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tenants' own topics on a broker with access rules as {@code docs/operations.md} gives them: what
 * a tenant reads, and what it is denied.
 */
final class PublicTopicsIT {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(30));
    private static final TenantId ACME = TenantId.of("acme");
    private static final TenantId ACME_EU = TenantId.of("acme-eu");
    private static final Set<Topic> SOURCES =
            EnumSet.of(
                    Topic.TELEMETRY_SIGNALS,
                    Topic.TELEMETRY_ALERTS,
                    Topic.TELEMETRY_TRIPS,
                    Topic.VEHICLE_EVENTS,
                    Topic.COMMAND_EVENTS);

    private static final BookFacts FACTS = new BookFacts();

    @TempDir private static Path folder;
    private static GuardedKafka broker;
    private static PublicStreams streams;

    @BeforeAll
    static void start() {
        broker = GuardedKafka.start(folder.resolve("kafka"), "driveline", "acme", "acme-eu");
        broker.allow(
                "acme", ResourceType.TOPIC, "out.acme.", AclOperation.READ, AclOperation.DESCRIBE);
        broker.allow("acme", ResourceType.GROUP, "acme.", AclOperation.READ);
        for (ResourceType type :
                List.of(ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID)) {
            broker.allow("driveline", type, "*", AclOperation.ALL);
        }
        FACTS.publish(Vin.of(vinOf("event")), null);
        Topics.prepare(kafka("driveline", true), SOURCES);
        streams = startStreams();
    }

    @AfterAll
    static void stop() {
        streams.close();
        broker.close();
    }

    private static PublicStreams startStreams() {
        return PublicStreams.start(
                kafka("driveline", true),
                folder.resolve("state"),
                FACTS,
                3,
                Duration.ofHours(5),
                new PublicMetrics(new SimpleMeterRegistry()));
    }

    private static KafkaConfig kafka(String user, boolean createTopics) {
        return new KafkaConfig(
                broker.bootstrap(),
                TopicPrefix.NONE,
                broker.client(user),
                createTopics,
                4,
                4,
                (short) 1);
    }

    private static void send(Topic topic, TenantId tenant, String... values) {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(kafka("driveline", true).producer("test"))) {
            for (String value : values) {
                ProducerRecord<byte[], byte[]> record =
                        new ProducerRecord<>(
                                TopicPrefix.NONE.of(topic), bytes(vinOf(value)), bytes(value));
                record.headers().add(Headers.TENANT, bytes(tenant.value()));
                record.headers().add(Headers.CERTIFICATE, bytes("412f:1"));
                var _ = producer.send(record);
            }
        }
    }

    private static String vinOf(String value) {
        return "JTMW1RFV7KF%06d".formatted(Math.floorMod(value.hashCode(), 50));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String user, String group) {
        return new KafkaConsumer<>(kafka(user, false).consumer("test", group));
    }

    private static String name(PublicTopic topic, TenantId tenant) {
        return TopicPrefix.NONE.of(topic, tenant);
    }

    /** Reads on until so many records have come. */
    private static void read(
            KafkaConsumer<byte[], byte[]> consumer,
            int number,
            List<ConsumerRecord<byte[], byte[]>> into) {
        SOON.that(
                number + " records",
                () -> {
                    consumer.poll(Duration.ofMillis(200)).forEach(into::add);
                    return into.size() >= number;
                });
    }

    @Test
    void aTenantReadsAllOfItsOwnInTheOrderOfEachVehicle() {
        send(Topic.TELEMETRY_SIGNALS, ACME, "samples 1", "samples 2");
        send(Topic.TELEMETRY_ALERTS, ACME, "alert");
        send(Topic.TELEMETRY_TRIPS, ACME, "trip");
        send(Topic.VEHICLE_EVENTS, ACME, "event");
        send(Topic.COMMAND_EVENTS, ACME, "step");
        send(Topic.TELEMETRY_SIGNALS, ACME_EU, "others");
        SOON.that("the topics are made", () -> namesSeenBy("acme").size() == 4);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("acme", "acme.lake")) {
            consumer.subscribe(Pattern.compile("out\\.acme\\..*"));
            Set<String> all = Set.of("samples 1", "samples 2", "alert", "trip", "event", "step");
            var _ =
                    SOON.value(
                            "all are read",
                            () -> {
                                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                                return valuesOf(records);
                            },
                            values -> values.containsAll(all));
        }
        assertFalse(valuesOf(records).contains("others"));
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (!text(record.value()).startsWith("n")) {
                assertArrayEquals(bytes(vinOf(text(record.value()))), record.key());
            }
            assertNull(record.headers().lastHeader(Headers.CERTIFICATE));
            assertEquals("acme", text(record.headers().lastHeader(Headers.TENANT).value()));
        }
    }

    private static Set<String> valuesOf(List<ConsumerRecord<byte[], byte[]>> records) {
        Set<String> values = new TreeSet<>();
        records.forEach(record -> values.add(text(record.value())));
        return values;
    }

    private static Set<String> namesSeenBy(String user) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(user, user + ".look")) {
            return new HashSet<>(consumer.listTopics().keySet());
        }
    }

    @Test
    void aTenantIsDeniedEverythingElse() {
        send(Topic.TELEMETRY_SIGNALS, ACME, "mine");
        send(Topic.TELEMETRY_SIGNALS, ACME_EU, "others");
        SOON.that("the topics are made", () -> namesSeenBy("driveline").size() >= 13);
        Set<String> own = new HashSet<>();
        for (PublicTopic topic : PublicTopic.values()) {
            own.add(name(topic, ACME));
        }
        assertEquals(own, namesSeenBy("acme"));
        assertEquals(Set.of(), namesSeenBy("acme-eu"));
        List<String> denied = new ArrayList<>();
        SOURCES.forEach(topic -> denied.add(TopicPrefix.NONE.of(topic)));
        for (PublicTopic topic : PublicTopic.values()) {
            denied.add(name(topic, ACME_EU));
        }
        for (String topic : denied) {
            try (KafkaConsumer<byte[], byte[]> consumer = consumer("acme", "acme.lake")) {
                TopicPartition partition = new TopicPartition(topic, 0);
                consumer.assign(List.of(partition));
                consumer.seek(partition, 0);
                assertThrows(
                        TopicAuthorizationException.class,
                        () -> consumer.poll(Duration.ofSeconds(10)),
                        topic);
            }
        }
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("acme", "telemetry-public")) {
            consumer.subscribe(List.of(name(PublicTopic.SIGNALS, ACME)));
            assertThrows(
                    GroupAuthorizationException.class, () -> consumer.poll(Duration.ofSeconds(10)));
        }
        Map<String, Object> plain = kafka("acme", false).producer("test");
        plain.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(plain)) {
            ExecutionException refused =
                    assertThrows(
                            ExecutionException.class,
                            () ->
                                    producer.send(
                                                    new ProducerRecord<>(
                                                            name(PublicTopic.SIGNALS, ACME),
                                                            bytes("forged")))
                                            .get(10, TimeUnit.SECONDS));
            assertInstanceOf(TopicAuthorizationException.class, refused.getCause());
        }
    }

    @Test
    void aRestartInTheMiddleWritesEachRecordOnce() {
        TenantId tenant = TenantId.of("exact");
        String[] values = new String[2_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = "n" + i;
        }
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("driveline", "exact")) {
            send(Topic.TELEMETRY_SIGNALS, tenant, values);
            SOON.that(
                    "the topics are made",
                    () -> namesSeenBy("driveline").contains(name(PublicTopic.SIGNALS, tenant)));
            consumer.subscribe(List.of(name(PublicTopic.SIGNALS, tenant)));
            streams.close();
            read(consumer, 1, records);
            String[] more = new String[500];
            for (int i = 0; i < more.length; i++) {
                more[i] = "n" + (values.length + i);
            }
            send(Topic.TELEMETRY_SIGNALS, tenant, more);
            streams = startStreams();
            read(consumer, 2_500, records);
            consumer.poll(Duration.ofSeconds(2)).forEach(records::add);
            assertEquals(2_500, records.size());
            assertEquals(2_500, valuesOf(records).size());
            assertEquals(3, consumer.partitionsFor(name(PublicTopic.SIGNALS, tenant)).size());
        }
    }

    @Test
    void whereTopicsAreNotMadeATenantWithoutThemHasNone() throws Exception {
        TenantId tenant = TenantId.of("plain");
        try (KafkaTenantTopics topics =
                        new KafkaTenantTopics(kafka("driveline", false), 3, Duration.ofHours(5));
                Admin admin = Admin.create(kafka("driveline", false).client("test"))) {
            assertFalse(topics.areThere(tenant));
            List<NewTopic> made = new ArrayList<>();
            for (PublicTopic topic : PublicTopic.values()) {
                made.add(new NewTopic(name(topic, tenant), 1, (short) 1));
            }
            admin.createTopics(made).all().get(30, TimeUnit.SECONDS);
            assertFalse(topics.areThere(tenant), "looked for again at once");
            topics.forget();
            SOON.that(
                    "they are there",
                    () -> {
                        topics.forget();
                        return topics.areThere(tenant);
                    });
        }
        assertTrue(namesSeenBy("driveline").contains(name(PublicTopic.SIGNALS, tenant)));
    }
}
