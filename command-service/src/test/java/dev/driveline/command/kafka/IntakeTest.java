package dev.driveline.command.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.testkit.Eventually;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Kafka's own stand-in for its consumer fails where a broker would. */
class IntakeTest {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(10));
    private static final Vin VIN = Vin.of("WDRV0TESTAPXC7001");
    private static final TopicPartition PRESENCE = partition(Topic.VEHICLE_PRESENCE);
    private static final TopicPartition REPLIES = partition(Topic.VEHICLE_REPLIES);
    private static final TopicPartition REPORTS = partition(Topic.GATEWAY_REPORTS);

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    private final Told told = new Told();
    private final Intake intake = new Intake(consumer, TopicPrefix.NONE, 1, told);

    /** What was tried, in its order, and what was taken; with PostgreSQL away nothing is. */
    private static final class Told implements Intake.Handler {

        private final List<List<String>> tried = new CopyOnWriteArrayList<>();
        private final List<String> taken = new CopyOnWriteArrayList<>();
        private volatile boolean away;

        @Override
        public void facts(Collection<VehicleFact> facts) {}

        @Override
        public void forget() {}

        @Override
        public void handle(Vin vin, List<Intake.Heard> records) {
            List<String> said =
                    records.stream()
                            .map(heard -> new String(heard.value(), StandardCharsets.US_ASCII))
                            .toList();
            tried.add(said);
            if (away) {
                throw new ProblemException(ErrorCode.UNAVAILABLE, "PostgreSQL is away");
            }
            taken.addAll(said);
        }

        @Override
        public void settled() {}
    }

    @AfterEach
    void close() {
        intake.close();
    }

    @Test
    void withPostgresqlAwayAndKafkaFailingWhatWasReadStaysInItsOrder() {
        told.away = true;
        List<Map<TopicPartition, OffsetAndMetadata>> committed = new CopyOnWriteArrayList<>();
        List<Long> positions = new CopyOnWriteArrayList<>();
        consumer.schedulePollTask(() -> assigned(PRESENCE, REPLIES));
        consumer.schedulePollTask(() -> {
            arrives(REPLIES, 0, "first");
            arrives(REPLIES, 1, "second");
        });
        consumer.schedulePollTask(this::kafkaFails);
        consumer.schedulePollTask(() -> {
            assigned(PRESENCE, REPLIES, REPORTS);
            arrives(REPLIES, 2, "third");
            arrives(REPORTS, 0, "fourth");
        });
        consumer.schedulePollTask(this::kafkaFails);
        consumer.schedulePollTask(() -> {
            committed.add(consumer.committed(Set.of(REPLIES, REPORTS)));
            positions.add(consumer.position(REPLIES));
        });
        consumer.schedulePollTask(() -> told.away = false);
        intake.start();
        SOON.that("all is taken", () -> told.taken.size() == 4);
        assertEquals(List.of("first", "second", "fourth", "third"), told.taken);
        assertEquals(List.of(Map.of()), committed, "what is not handled is not marked so");
        assertEquals(List.of(2L), positions, "no more is read of what cannot be handled");
        assertEquals(
                List.of(List.of("first", "second"), List.of("first", "second", "fourth")),
                told.tried.stream().distinct().limit(2).toList(),
                "what came meanwhile stands behind what was there");
        SOON.that(
                "all is marked as handled",
                () ->
                        consumer.committed(Set.of(REPLIES, REPORTS))
                                .equals(
                                        Map.of(
                                                REPLIES, new OffsetAndMetadata(3),
                                                REPORTS, new OffsetAndMetadata(1))));
    }

    @Test
    void withKafkaFailingAloneNothingIsLost() {
        consumer.schedulePollTask(() -> assigned(PRESENCE, REPLIES));
        consumer.schedulePollTask(() -> {
            arrives(REPLIES, 0, "first");
            kafkaFails();
        });
        consumer.schedulePollTask(this::kafkaFails);
        consumer.schedulePollTask(() -> arrives(REPLIES, 1, "second"));
        intake.start();
        SOON.that("both are taken", () -> told.taken.size() == 2);
        assertEquals(List.of("first", "second"), told.taken);
    }

    private void assigned(TopicPartition... partitions) {
        consumer.rebalance(List.of(partitions));
        for (TopicPartition partition : partitions) {
            consumer.updateBeginningOffsets(Map.of(partition, 0L));
            consumer.updateEndOffsets(Map.of(partition, 0L));
        }
    }

    private void arrives(TopicPartition partition, long offset, String said) {
        consumer.addRecord(
                new ConsumerRecord<>(
                        partition.topic(),
                        0,
                        offset,
                        VIN.value().getBytes(StandardCharsets.US_ASCII),
                        said.getBytes(StandardCharsets.US_ASCII)));
    }

    private void kafkaFails() {
        consumer.setPollException(new KafkaException("the broker does not answer"));
    }

    private static TopicPartition partition(Topic topic) {
        return new TopicPartition(TopicPrefix.NONE.of(topic), 0);
    }
}
