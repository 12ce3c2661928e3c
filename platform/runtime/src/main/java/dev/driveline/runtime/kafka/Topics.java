package dev.driveline.runtime.kafka;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.kafka.Topic;
import java.time.Duration;
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
import org.apache.kafka.common.errors.AuthorizationException;
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
    private static final Duration REFUSED_LIMIT = Duration.ofSeconds(10);
    private static final long REFUSED_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private Topics() {}

    /**
     * What keeps a service from starting.
     *
     * @param refused whether it is that Kafka denies us access, which may end
     */
    private record Problem(String sentence, boolean refused) {}

    /**
     * Makes what is missing (if the configuration says so) and checks all.
     *
     * <p>An access rule that Kafka has taken reaches each broker a moment later, and may be made
     * while we start: what is refused is asked for again for 10 seconds.
     *
     * @throws IllegalStateException listing every topic that is missing or wrong, or if Kafka does
     *     not answer within a minute
     */
    public static void prepare(KafkaConfig config, Set<Topic> topics) {
        prepare(config, topics, REFUSED_LIMIT, () -> LockSupport.parkNanos(REFUSED_PAUSE_NS));
    }

    /**
     * @param pause between two times of asking
     */
    static void prepare(
            KafkaConfig config, Set<Topic> topics, Duration refusedLimit, Runnable pause) {
        long deadlineNs = System.nanoTime() + refusedLimit.toNanos();
        try (Admin admin = Admin.create(config.client("topics"))) {
            List<Problem> problems = problemsAfterMaking(admin, config, topics);
            while (!problems.isEmpty()) {
                boolean refused = problems.stream().allMatch(Problem::refused);
                String all =
                        problems.stream().map(Problem::sentence).collect(Collectors.joining("; "));
                if (!refused || System.nanoTime() - deadlineNs > 0) {
                    throw new IllegalStateException("Kafka topics: " + all);
                }
                LOG.atDebug().setMessage("topics refused").addKeyValue("problems", all).log();
                pause.run();
                problems = problemsAfterMaking(admin, config, topics);
            }
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

    private static List<Problem> problemsAfterMaking(
            Admin admin, KafkaConfig config, Set<Topic> topics)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (config.createTopics()) {
            Set<String> existing = admin.listTopics().names().get(LIMIT_S, TimeUnit.SECONDS);
            List<Problem> refused = create(admin, config, topics, existing);
            if (!refused.isEmpty()) {
                return refused;
            }
            awaitKnown(admin, names(config, topics));
        }
        return problemsOf(admin, config, topics);
    }

    /** What may not be made. */
    private static List<Problem> create(
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
        List<Problem> refused = new ArrayList<>();
        for (var entry : admin.createTopics(missing).values().entrySet()) {
            try {
                entry.getValue().get(LIMIT_S, TimeUnit.SECONDS);
                LOG.atInfo().setMessage("topic made").addKeyValue("topic", entry.getKey()).log();
            } catch (ExecutionException failed) {
                if (failed.getCause() instanceof AuthorizationException) {
                    refused.add(failed(entry.getKey() + " cannot be made", failed));
                } else if (!(failed.getCause() instanceof TopicExistsException)) {
                    throw failed;
                }
            }
        }
        return refused;
    }

    private static Problem failed(String what, ExecutionException failed) {
        return new Problem(
                what + ": " + failed.getCause(),
                failed.getCause() instanceof AuthorizationException);
    }

    /** A topic that was just made is not known to every broker yet. Access is looked at later. */
    private static void awaitKnown(Admin admin, Set<String> names)
            throws InterruptedException, ExecutionException, TimeoutException {
        long deadlineNs = System.nanoTime() + KNOWN_LIMIT_NS;
        while (true) {
            try {
                admin.describeTopics(names).allTopicNames().get(LIMIT_S, TimeUnit.SECONDS);
                return;
            } catch (ExecutionException failed) {
                if (failed.getCause() instanceof AuthorizationException) {
                    return;
                }
                boolean unknown = failed.getCause() instanceof UnknownTopicOrPartitionException;
                if (!unknown || System.nanoTime() > deadlineNs) {
                    throw failed;
                }
                LockSupport.parkNanos(KNOWN_PAUSE_NS);
            }
        }
    }

    private static List<Problem> problemsOf(Admin admin, KafkaConfig config, Set<Topic> topics)
            throws InterruptedException, TimeoutException {
        Map<String, Topic> byName = new TreeMap<>();
        topics.forEach(topic -> byName.put(config.prefix().of(topic), topic));
        List<Problem> problems = new ArrayList<>();
        for (var entry : admin.describeTopics(byName.keySet()).topicNameValues().entrySet()) {
            Topic topic = requireNonNull(byName.get(entry.getKey()));
            try {
                TopicDescription description = entry.getValue().get(LIMIT_S, TimeUnit.SECONDS);
                int partitions = description.partitions().size();
                int expected = partitionsOf(config, topic);
                if (partitions != expected) {
                    problems.add(
                            wrong(
                                    ("%s has %d partitions, the installation has %d"
                                                    + " (kafka.partitions, kafka.slots)")
                                            .formatted(entry.getKey(), partitions, expected)));
                }
                int replicas = description.partitions().getFirst().replicas().size();
                if (replicas < config.replication()) {
                    problems.add(
                            wrong(
                                    ("%s has %d replicas, at least %d are asked for"
                                                    + " (kafka.replication)")
                                            .formatted(
                                                    entry.getKey(),
                                                    replicas,
                                                    config.replication())));
                }
            } catch (ExecutionException failed) {
                problems.add(failed(entry.getKey(), failed));
            }
        }
        if (problems.isEmpty()) {
            checkCleanup(admin, byName, problems);
        }
        return problems;
    }

    private static Problem wrong(String sentence) {
        return new Problem(sentence, false);
    }

    private static void checkCleanup(Admin admin, Map<String, Topic> byName, List<Problem> problems)
            throws InterruptedException, TimeoutException {
        List<ConfigResource> resources =
                byName.keySet().stream()
                        .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                        .toList();
        for (var entry : admin.describeConfigs(resources).values().entrySet()) {
            String name = entry.getKey().name();
            String expected = policyOf(requireNonNull(byName.get(name)));
            try {
                Config settings = entry.getValue().get(LIMIT_S, TimeUnit.SECONDS);
                String policy = settings.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
                if (!policy.equals(expected)) {
                    problems.add(
                            wrong(
                                    "%s has cleanup.policy %s, it must be %s"
                                            .formatted(name, policy, expected)));
                }
            } catch (ExecutionException failed) {
                problems.add(failed(name, failed));
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
