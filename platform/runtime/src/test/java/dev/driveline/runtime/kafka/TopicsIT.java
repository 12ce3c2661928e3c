package dev.driveline.runtime.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.testkit.TestKafka;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TopicsIT {

    private final String prefix = TestKafka.freshPrefix();
    private final KafkaConfig kafka =
            KafkaConfig.single(TestKafka.bootstrap(), new TopicPrefix(prefix), 3);

    @Test
    void missingTopicsAreMadeAndThenGood() {
        Set<Topic> topics = Set.of(Topic.TELEMETRY_CAN, Topic.VEHICLE_PRESENCE);
        Topics.prepare(kafka, topics);
        Topics.prepare(kafka, topics);
        Topics.prepare(withoutCreation(), topics);
    }

    @Test
    void missingTopicsThatMayNotBeMadeStopTheStart() {
        String message = stopped(withoutCreation(), Set.of(Topic.TELEMETRY_CAN));
        assertTrue(message.contains(prefix + "telemetry.can"), message);
    }

    @Test
    void wrongPartitionsStopTheStartWithEveryName() {
        TestKafka.createTopic(prefix + "telemetry.can", 2);
        TestKafka.createTopic(prefix + "registry.access", 4, Map.of("cleanup.policy", "compact"));
        String message = stopped(kafka, Set.of(Topic.TELEMETRY_CAN, Topic.REGISTRY_ACCESS));
        assertTrue(
                message.contains(prefix + "telemetry.can has 2 partitions, the installation has 3"),
                message);
        assertTrue(
                message.contains(
                        prefix + "registry.access has 4 partitions, the installation has 1"),
                message);
    }

    @Test
    void aWrongCleanupPolicyStopsTheStart() {
        TestKafka.createTopic(prefix + "vehicle.presence", 3);
        TestKafka.createTopic(prefix + "telemetry.can", 3, Map.of("cleanup.policy", "compact"));
        String message = stopped(kafka, Set.of(Topic.VEHICLE_PRESENCE, Topic.TELEMETRY_CAN));
        assertTrue(
                message.contains(
                        prefix + "vehicle.presence has cleanup.policy delete, it must be compact"),
                message);
        assertTrue(
                message.contains(
                        prefix + "telemetry.can has cleanup.policy compact, it must be delete"),
                message);
    }

    @Test
    void tooFewReplicasStopTheStart() {
        Topics.prepare(kafka, Set.of(Topic.TELEMETRY_CAN));
        KafkaConfig three =
                new KafkaConfig(
                        kafka.bootstrap(), kafka.prefix(), Map.of(), false, 3, 3, (short) 3);
        String message = stopped(three, Set.of(Topic.TELEMETRY_CAN));
        assertTrue(message.contains("telemetry.can has 1 replicas, at least 3"), message);
    }

    @Test
    void namesCarryThePrefix() {
        assertEquals(
                Set.of(prefix + "telemetry.can"), Topics.names(kafka, Set.of(Topic.TELEMETRY_CAN)));
    }

    private KafkaConfig withoutCreation() {
        return new KafkaConfig(kafka.bootstrap(), kafka.prefix(), Map.of(), false, 3, 3, (short) 1);
    }

    private static String stopped(KafkaConfig config, Set<Topic> topics) {
        return assertThrows(IllegalStateException.class, () -> Topics.prepare(config, topics))
                .getMessage();
    }
}
