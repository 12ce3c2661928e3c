package dev.driveline.runtime.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.testkit.GuardedKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics on a broker that denies what no access rule allows. */
final class TopicsAccessIT {

    private static final Set<Topic> TOPICS = Set.of(Topic.TELEMETRY_CAN, Topic.VEHICLE_PRESENCE);

    @TempDir private static Path folder;
    private static GuardedKafka broker;

    @BeforeAll
    static void start() {
        broker = GuardedKafka.start(folder, "driveline");
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static KafkaConfig kafka(String prefix, boolean createTopics) {
        return new KafkaConfig(
                broker.bootstrap(),
                new TopicPrefix(prefix),
                broker.client("driveline"),
                createTopics,
                3,
                3,
                (short) 1);
    }

    private static void allow(String prefix, AclOperation operation) {
        broker.allow("driveline", ResourceType.TOPIC, prefix, operation);
    }

    @Test
    void rulesThatAreMadeMeanwhileAreWaitedFor() {
        String prefix = "meanwhile.";
        List<AclOperation> rules =
                List.of(AclOperation.CREATE, AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS);
        AtomicInteger made = new AtomicInteger();
        Topics.prepare(
                kafka(prefix, true),
                TOPICS,
                Duration.ofSeconds(30),
                () -> {
                    int next = made.getAndIncrement();
                    if (next < rules.size()) {
                        allow(prefix, rules.get(next));
                    } else {
                        LockSupport.parkNanos(1_000_000);
                    }
                });
        assertTrue(made.get() >= rules.size(), () -> "refused " + made + " times");
        Topics.prepare(kafka(prefix, false), TOPICS);
    }

    /** A rule's answer is the controller's; the broker that is asked learns of it later. */
    @Test
    void topicsArePreparedRightAfterTheRuleWasMade() {
        for (int i = 0; i < 20; i++) {
            String prefix = "after" + i + ".";
            allow(prefix, AclOperation.ALL);
            Topics.prepare(kafka(prefix, true), TOPICS);
        }
    }

    @Test
    void whatIsRefusedForGoodStopsTheStartAndIsNamed() {
        AtomicInteger pauses = new AtomicInteger();
        for (boolean create : new boolean[] {true, false}) {
            String message =
                    assertThrows(
                                    IllegalStateException.class,
                                    () ->
                                            Topics.prepare(
                                                    kafka("never.", create),
                                                    TOPICS,
                                                    Duration.ZERO,
                                                    pauses::incrementAndGet))
                            .getMessage();
            assertTrue(message.contains("never.telemetry.can"), message);
            assertTrue(message.contains("never.vehicle.presence"), message);
            assertTrue(message.contains("TopicAuthorizationException"), message);
        }
        assertEquals(0, pauses.get());
    }
}
