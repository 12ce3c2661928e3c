package dev.driveline.gateway.kafka;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.kafka.KafkaConfig;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which partitions of {@code vehicle.presence} this gateway answers for: the gateways share them as
 * a consumer group that reads nothing. For what is to be done once, by one of them: lost runs,
 * deferred wills, sessions that are over. Thread-safe.
 */
public final class HeldPartitions implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HeldPartitions.class);
    private static final String GROUP = "gateway-presence";
    private static final Duration POLL = Duration.ofMillis(500);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Set<Integer> held = ConcurrentHashMap.newKeySet();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean closing;

    /**
     * @param assigned told of partitions that are new here, on a thread of this class
     */
    public HeldPartitions(KafkaConfig kafka, Consumer<Collection<Integer>> assigned) {
        consumer = new KafkaConsumer<>(kafka.consumer("gateway-holder", GROUP));
        consumer.subscribe(
                List.of(kafka.prefix().of(Topic.VEHICLE_PRESENCE)),
                new ConsumerRebalanceListener() {
                    @Override
                    public void onPartitionsAssigned(Collection<TopicPartition> added) {
                        consumer.pause(added);
                        List<Integer> numbers =
                                added.stream().map(TopicPartition::partition).toList();
                        held.addAll(numbers);
                        assigned.accept(numbers);
                    }

                    @Override
                    public void onPartitionsRevoked(Collection<TopicPartition> taken) {
                        taken.forEach(partition -> held.remove(partition.partition()));
                    }
                });
        Thread.ofPlatform().daemon().name("gateway-holder").start(this::run);
    }

    public Set<Integer> held() {
        return Set.copyOf(held);
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            if (!stopped.await(5, TimeUnit.SECONDS)) {
                LOG.atWarn().setMessage("group member does not stop").log();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (consumer) {
            while (!closing) {
                poll();
            }
        } catch (WakeupException _) {
            // close() was called.
        } finally {
            stopped.countDown();
        }
    }

    private void poll() {
        try {
            var _ = consumer.poll(POLL);
        } catch (WakeupException closed) {
            throw closed;
        } catch (KafkaException failed) {
            LOG.atWarn().setMessage("group member's poll failed").setCause(failed).log();
        }
    }
}
