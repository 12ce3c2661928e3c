package dev.driveline.telemetry.stream;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.kafka.PublicTopic;
import dev.driveline.runtime.kafka.KafkaConfig;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and finds tenants' own topics. One that is there is remembered, one that is missing is
 * looked for again after {@value #LOOK_AGAIN_S} seconds. Thread-safe.
 */
final class KafkaTenantTopics implements TenantTopics, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaTenantTopics.class);
    private static final long LIMIT_S = 30;
    private static final long LOOK_AGAIN_S = 30;
    private static final long KNOWN_LIMIT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long KNOWN_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final int RECORD_OVERHEAD_BYTES = 64 * 1024;
    private static final int MAX_RECORD_BYTES = 1024 * 1024;

    private final KafkaConfig kafka;
    private final int partitions;
    private final Duration retention;
    private final Admin admin;
    private final Set<TenantId> there = ConcurrentHashMap.newKeySet();
    private final Map<TenantId, Long> missingSinceNs = new ConcurrentHashMap<>();

    /**
     * @param partitions of topics that are made
     * @param retention likewise
     */
    KafkaTenantTopics(KafkaConfig kafka, int partitions, Duration retention) {
        this.kafka = kafka;
        this.partitions = partitions;
        this.retention = retention;
        this.admin = Admin.create(kafka.client("public-topics"));
    }

    @Override
    public boolean areThere(TenantId tenant) {
        if (there.contains(tenant)) {
            return true;
        }
        Long missingNs = missingSinceNs.get(tenant);
        if (missingNs != null
                && System.nanoTime() - missingNs < TimeUnit.SECONDS.toNanos(LOOK_AGAIN_S)) {
            return false;
        }
        boolean found = look(tenant);
        if (found) {
            there.add(tenant);
            missingSinceNs.remove(tenant);
        } else {
            missingSinceNs.put(tenant, System.nanoTime());
        }
        return found;
    }

    /** Looks every tenant's topics up again. */
    void forget() {
        there.clear();
        missingSinceNs.clear();
    }

    private boolean look(TenantId tenant) {
        Set<String> names =
                EnumSet.allOf(PublicTopic.class).stream()
                        .map(topic -> kafka.prefix().of(topic, tenant))
                        .collect(Collectors.toSet());
        try {
            if (exist(names)) {
                return true;
            }
            if (!kafka.createTopics()) {
                LOG.atInfo()
                        .setMessage("a tenant has no topics of its own")
                        .addKeyValue("tenant", tenant)
                        .log();
                return false;
            }
            make(names);
            awaitKnown(tenant, names);
            return true;
        } catch (InterruptedException interrupted) {
            throw new InterruptException(interrupted);
        } catch (ExecutionException | TimeoutException failed) {
            throw new KafkaException("topics of tenant " + tenant + " cannot be prepared", failed);
        }
    }

    /** A topic that was just made is not known to every broker yet. */
    private void awaitKnown(TenantId tenant, Set<String> names)
            throws InterruptedException, ExecutionException, TimeoutException {
        long deadlineNs = System.nanoTime() + KNOWN_LIMIT_NS;
        while (!exist(names)) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new KafkaException("topics of tenant " + tenant + " were made, not found");
            }
            LockSupport.parkNanos(KNOWN_PAUSE_NS);
        }
    }

    private boolean exist(Set<String> names)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            var _ = admin.describeTopics(names).allTopicNames().get(LIMIT_S, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw failed;
        }
    }

    private void make(Set<String> names)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<String, String> settings = new HashMap<>();
        settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        settings.put(TopicConfig.RETENTION_MS_CONFIG, String.valueOf(retention.toMillis()));
        settings.put(
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                String.valueOf(MAX_RECORD_BYTES + RECORD_OVERHEAD_BYTES));
        settings.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, kafka.replication() >= 3 ? "2" : "1");
        List<NewTopic> topics =
                names.stream()
                        .map(name ->
                                new NewTopic(name, partitions, kafka.replication())
                                        .configs(settings))
                        .toList();
        for (var made : admin.createTopics(topics).values().entrySet()) {
            try {
                made.getValue().get(LIMIT_S, TimeUnit.SECONDS);
                LOG.atInfo().setMessage("topic made").addKeyValue("topic", made.getKey()).log();
            } catch (ExecutionException failed) {
                if (!(failed.getCause() instanceof TopicExistsException)) {
                    throw failed;
                }
            }
        }
    }

    @Override
    public void close() {
        admin.close(CLOSE_LIMIT);
    }
}
