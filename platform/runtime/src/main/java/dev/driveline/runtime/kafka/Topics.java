package dev.driveline.runtime.kafka;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.kafka.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and checks the topics that a service uses, before it does anything else: a wrong number of
 * partitions would send a vehicle's records elsewhere, a wrong cleanup policy would lose facts.
 */
public final class Topics {

    private static final Logger LOG = LoggerFactory.getLogger(Topics.class);
    private static final long LIMIT_S = 60;
    private static final long KNOWN_LIMIT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long KNOWN_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private Topics() {}

    /**
     * Makes what is missing (if the configuration says so) and checks all.
     *
     * @throws IllegalStateException listing every topic that is missing or wrong, or if Kafka does
     *     not answer within a minute
     */
    public static void prepare(KafkaConfig config, Set<Topic> topics) {
        try (Admin admin = Admin.create(config.client("topics"))) {
            Set<String> existing = admin.listTopics().names().get(LIMIT_S, TimeUnit.SECONDS);
            if (config.createTopics()) {
                create(admin, config, topics, existing);
                awaitKnown(admin, names(config, topics));
            }
            check(admin, config, topics);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while preparing topics", interrupted);
        } catch (ExecutionException | TimeoutException failed) {
            throw new IllegalStateException(
                    "cannot prepare topics on Kafka at "
                            + config.bootstrap()
                            + ": "
                            + failed.getMessage(),
                    failed);
        }
    }

    private static void create(
            Admin admin, KafkaConfig config, Set<Topic> topics, Set<String> existing)
            throws InterruptedException, ExecutionException, TimeoutException {
        List<NewTopic> missing = new ArrayList<>();
        for (Topic topic : topics) {
            String name = config.prefix().of(topic);
            if (!existing.contains(name)) {
                missing.add(
                        new NewTopic(name, partitionsOf(config, topic), config.replication())
                                .configs(settingsOf(config, topic)));
            }
        }
        for (var entry : admin.createTopics(missing).values().entrySet()) {
            try {
                entry.getValue().get(LIMIT_S, TimeUnit.SECONDS);
                LOG.atInfo().setMessage("topic made").addKeyValue("topic", entry.getKey()).log();
            } catch (ExecutionException failed) {
                if (!(failed.getCause() instanceof TopicExistsException)) {
                    throw failed;
                }
            }
        }
    }

    /** A topic that was just made is not known to every broker yet. */
    private static void awaitKnown(Admin admin, Set<String> names)
            throws InterruptedException, ExecutionException, TimeoutException {
        long deadlineNs = System.nanoTime() + KNOWN_LIMIT_NS;
        while (true) {
            try {
                admin.describeTopics(names).allTopicNames().get(LIMIT_S, TimeUnit.SECONDS);
                return;
            } catch (ExecutionException failed) {
                boolean unknown = failed.getCause() instanceof UnknownTopicOrPartitionException;
                if (!unknown || System.nanoTime() > deadlineNs) {
                    throw failed;
                }
                LockSupport.parkNanos(KNOWN_PAUSE_NS);
            }
        }
    }

    private static void check(Admin admin, KafkaConfig config, Set<Topic> topics)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<String, Topic> byName = new TreeMap<>();
        topics.forEach(topic -> byName.put(config.prefix().of(topic), topic));
        List<String> problems = new ArrayList<>();
        for (var entry : admin.describeTopics(byName.keySet()).topicNameValues().entrySet()) {
            Topic topic = requireNonNull(byName.get(entry.getKey()));
            try {
                TopicDescription description = entry.getValue().get(LIMIT_S, TimeUnit.SECONDS);
                int partitions = description.partitions().size();
                int expected = partitionsOf(config, topic);
                if (partitions != expected) {
                    problems.add(
                            entry.getKey()
                                    + " has "
                                    + partitions
                                    + " partitions, the installation has "
                                    + expected
                                    + " (kafka.partitions, kafka.slots)");
                }
                int replicas = description.partitions().getFirst().replicas().size();
                if (replicas < config.replication()) {
                    problems.add(
                            entry.getKey()
                                    + " has "
                                    + replicas
                                    + " replicas, at least "
                                    + config.replication()
                                    + " are asked for (kafka.replication)");
                }
            } catch (ExecutionException failed) {
                problems.add(entry.getKey() + ": " + failed.getCause());
            }
        }
        if (problems.isEmpty()) {
            checkCleanup(admin, byName, problems);
        }
        if (!problems.isEmpty()) {
            throw new IllegalStateException("Kafka topics: " + String.join("; ", problems));
        }
    }

    private static void checkCleanup(Admin admin, Map<String, Topic> byName, List<String> problems)
            throws InterruptedException, ExecutionException, TimeoutException {
        List<ConfigResource> resources =
                byName.keySet().stream()
                        .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                        .toList();
        for (Map.Entry<ConfigResource, Config> entry :
                admin.describeConfigs(resources).all().get(LIMIT_S, TimeUnit.SECONDS).entrySet()) {
            Topic topic = requireNonNull(byName.get(entry.getKey().name()));
            String policy = entry.getValue().get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
            String expected = policyOf(topic);
            if (!policy.equals(expected)) {
                problems.add(
                        entry.getKey().name()
                                + " has cleanup.policy "
                                + policy
                                + ", it must be "
                                + expected);
            }
        }
    }

    private static int partitionsOf(KafkaConfig config, Topic topic) {
        return switch (topic.partitions()) {
            case BY_VEHICLE -> config.partitions();
            case BY_SLOT -> config.slots();
            case ONE -> 1;
        };
    }

    private static String policyOf(Topic topic) {
        return switch (topic.cleanup()) {
            case DELETE -> TopicConfig.CLEANUP_POLICY_DELETE;
            case COMPACT -> TopicConfig.CLEANUP_POLICY_COMPACT;
        };
    }

    private static Map<String, String> settingsOf(KafkaConfig config, Topic topic) {
        Map<String, String> settings = new HashMap<>();
        settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, policyOf(topic));
        settings.put(
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                String.valueOf(topic.maxRecordBytes() + 64 * 1024));
        settings.put(
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, config.replication() >= 3 ? "2" : "1");
        if (!topic.retention().isZero()) {
            settings.put(
                    TopicConfig.RETENTION_MS_CONFIG, String.valueOf(topic.retention().toMillis()));
        }
        return settings;
    }

    /** The names of several topics, for a subscription. */
    public static Set<String> names(KafkaConfig config, Set<Topic> topics) {
        return topics.stream().map(config.prefix()::of).collect(Collectors.toUnmodifiableSet());
    }
}
