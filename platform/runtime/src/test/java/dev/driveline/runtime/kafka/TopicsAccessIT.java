package dev.driveline.runtime.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics on a broker that denies what no access rule allows. */
final class TopicsAccessIT {

    private static final Set<Topic> TOPICS = Set.of(Topic.TELEMETRY_CAN, Topic.VEHICLE_PRESENCE);

    @TempDir private static Path folder;
    private static EmbeddedKafka broker;

    @BeforeAll
    static void start() {
        broker =
                EmbeddedKafka.start(
                        EmbeddedKafka.Config.in(folder)
                                .withSetting(
                                        "listener.security.protocol.map",
                                        "BROKER:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT")
                                .withSetting("sasl.enabled.mechanisms", "PLAIN")
                                .withSetting("sasl.mechanism.inter.broker.protocol", "PLAIN")
                                .withSetting(
                                        "listener.name.broker.plain.sasl.jaas.config",
                                        login("broker")
                                                + " user_broker=\"secret\""
                                                + " user_driveline=\"secret\";")
                                .withSetting(
                                        "authorizer.class.name",
                                        "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
                                .withSetting("super.users", "User:broker;User:ANONYMOUS"));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static String login(String user) {
        return "org.apache.kafka.common.security.plain.PlainLoginModule required"
                + " username=\"%s\" password=\"secret\"".formatted(user);
    }

    private static KafkaConfig kafka(String user, String prefix, boolean createTopics) {
        return new KafkaConfig(
                broker.bootstrap(),
                new TopicPrefix(prefix),
                Map.of(
                        "security.protocol",
                        "SASL_PLAINTEXT",
                        "sasl.mechanism",
                        "PLAIN",
                        "sasl.jaas.config",
                        login(user) + ";"),
                createTopics,
                3,
                3,
                (short) 1);
    }

    private static void allow(String prefix, AclOperation operation) {
        AclBinding rule =
                new AclBinding(
                        new ResourcePattern(ResourceType.TOPIC, prefix, PatternType.PREFIXED),
                        new AccessControlEntry(
                                "User:driveline", "*", operation, AclPermissionType.ALLOW));
        try (Admin admin = Admin.create(kafka("broker", prefix, false).client("rules"))) {
            admin.createAcls(List.of(rule)).all().get(30, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException failed) {
            throw new AssertionError("the rule was not made", failed);
        }
    }

    @Test
    void rulesThatAreMadeMeanwhileAreWaitedFor() {
        String prefix = "meanwhile.";
        List<AclOperation> rules =
                List.of(AclOperation.CREATE, AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS);
        AtomicInteger made = new AtomicInteger();
        Topics.prepare(
                kafka("driveline", prefix, true),
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
        Topics.prepare(kafka("driveline", prefix, false), TOPICS);
    }

    /** A rule's answer is the controller's; the broker that is asked learns of it later. */
    @Test
    void topicsArePreparedRightAfterTheRuleWasMade() {
        for (int i = 0; i < 20; i++) {
            String prefix = "after" + i + ".";
            allow(prefix, AclOperation.ALL);
            Topics.prepare(kafka("driveline", prefix, true), TOPICS);
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
                                                    kafka("driveline", "never.", create),
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
