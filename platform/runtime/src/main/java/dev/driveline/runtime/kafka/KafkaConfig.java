package dev.driveline.runtime.kafka;

import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.runtime.settings.Settings;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How a process reaches Kafka.
 *
 * @param security client properties such as {@code security.protocol} and {@code sasl.jaas.config}
 * @param createTopics whether missing topics are made at start; else they are an error
 * @param partitions the installation's number; chosen once, checked at start
 * @param slots partitions of {@code gateway.downlink}: the most gateways that can run at once
 * @param replication of topics that are made, and the least that is accepted
 */
public record KafkaConfig(
        String bootstrap,
        TopicPrefix prefix,
        Map<String, String> security,
        boolean createTopics,
        int partitions,
        int slots,
        short replication) {

    public static KafkaConfig from(Settings settings) {
        return new KafkaConfig(
                settings.required("kafka.bootstrap"),
                prefixOf(settings),
                securityOf(settings),
                settings.flag("kafka.create-topics", false),
                settings.integer("kafka.partitions", 64, 1, 4_096),
                settings.integer("kafka.slots", 64, 1, 4_096),
                (short) settings.integer("kafka.replication", 3, 1, 9));
    }

    /** One broker with one copy, as the all-in-one and the tests have it; topics are made. */
    public static KafkaConfig single(String bootstrap, TopicPrefix prefix, int partitions) {
        return new KafkaConfig(
                bootstrap, prefix, Map.of(), true, partitions, partitions, (short) 1);
    }

    /** What every client needs. */
    public Map<String, Object> client(String clientId) {
        Map<String, Object> properties = new HashMap<>(security);
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
        return properties;
    }

    /** An idempotent producer of bytes, acknowledged by all replicas. */
    public Map<String, Object> producer(String clientId) {
        Map<String, Object> properties = client(clientId);
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 2);
        return properties;
    }

    /** A consumer of committed bytes that commits nothing by itself. */
    public Map<String, Object> consumer(String clientId) {
        Map<String, Object> properties = client(clientId);
        properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return properties;
    }

    /**
     * After this silence a member of a group is taken for gone; a killed one holds up its successor
     * so long.
     */
    public static final int SESSION_TIMEOUT_MS = 6_000;

    public static final int HEARTBEAT_MS = 2_000;

    /** As {@link #consumer(String)}, as a member of a group. */
    public Map<String, Object> consumer(String clientId, String group) {
        Map<String, Object> properties = consumer(clientId);
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, prefix.group(group));
        properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_TIMEOUT_MS);
        properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, HEARTBEAT_MS);
        return properties;
    }

    @Override
    public String toString() {
        return "KafkaConfig[bootstrap=" + bootstrap + ", prefix=" + prefix + ", security=***]";
    }

    private static TopicPrefix prefixOf(Settings settings) {
        String text = settings.text("kafka.topic-prefix", "");
        try {
            return new TopicPrefix(text);
        } catch (IllegalArgumentException wrong) {
            settings.problem("kafka.topic-prefix", String.valueOf(wrong.getMessage()));
            return TopicPrefix.NONE;
        }
    }

    private static Map<String, String> securityOf(Settings settings) {
        String path = settings.optional("kafka.client-properties");
        if (path == null) {
            return Map.of();
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(path))) {
            properties.load(reader);
        } catch (IOException unreadable) {
            settings.problem(
                    "kafka.client-properties",
                    "cannot read '" + path + "': " + unreadable.getMessage());
        }
        Map<String, String> security = new HashMap<>();
        properties.forEach((key, value) -> security.put((String) key, (String) value));
        return Map.copyOf(security);
    }
}
