package dev.driveline.runtime.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.runtime.kafka.GroupReader.Group;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.TestKafka;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class GroupReaderIT {

    private static final Eventually SOON = Eventually.within(Duration.ofSeconds(30));
    private static final Group BOTH =
            Group.of("test-group", Topic.VEHICLE_EVENTS, Topic.TELEMETRY_ALERTS);
    private static final Group NEWEST = BOTH.fromEnd();

    private final KafkaConfig kafka =
            KafkaConfig.single(TestKafka.bootstrap(), new TopicPrefix(TestKafka.freshPrefix()), 4);
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private KafkaProducer<byte[], byte[]> producer;

    @BeforeEach
    void start() {
        Topics.prepare(kafka, BOTH.topics());
        producer = new KafkaProducer<>(kafka.producer("test"));
    }

    @AfterEach
    void stop() {
        producer.close();
    }

    private void write(Topic topic, int from, int to) {
        for (int i = from; i < to; i++) {
            var _ =
                    producer.send(
                            new ProducerRecord<>(
                                    kafka.prefix().of(topic),
                                    i % kafka.partitions(),
                                    null,
                                    ("" + i).getBytes(StandardCharsets.UTF_8)));
        }
        producer.flush();
    }

    private static List<String> textsOf(ConsumerRecords<byte[], byte[]> records) {
        List<String> texts = new ArrayList<>();
        records.forEach(record -> texts.add(new String(record.value(), StandardCharsets.UTF_8)));
        return texts;
    }

    private void note(ConsumerRecords<byte[], byte[]> records) {
        seen.addAll(textsOf(records));
    }

    private GroupReader read(Group group) {
        return GroupReader.start(kafka, group, this::note);
    }

    private static Set<String> numbers(int from, int to) {
        Set<String> numbers = new HashSet<>();
        for (int i = from; i < to; i++) {
            numbers.add("" + i);
        }
        return numbers;
    }

    private void awaitSeen(int from, int to) {
        SOON.that("all are taken", () -> seen.containsAll(numbers(from, to)));
    }

    @Test
    void aGroupReadsAllOfItsTopicsAndGoesOnWhereItStood() {
        write(Topic.VEHICLE_EVENTS, 0, 100);
        write(Topic.TELEMETRY_ALERTS, 100, 200);
        try (GroupReader _ = read(BOTH.inPortions(7, 1_000))) {
            awaitSeen(0, 200);
        }
        write(Topic.VEHICLE_EVENTS, 200, 300);
        try (GroupReader _ = read(BOTH)) {
            awaitSeen(200, 300);
        }
        assertEquals(300, seen.size(), "each once");
    }

    @Test
    void whatWasNotTakenComesAgainInItsOrder() {
        AtomicInteger calls = new AtomicInteger();
        write(Topic.VEHICLE_EVENTS, 0, 40);
        Consumer<ConsumerRecords<byte[], byte[]>> taker =
                records -> {
                    switch (calls.getAndIncrement()) {
                        case 1 -> throw new IllegalStateException("the database is away");
                        // It may use Kafka itself: that is no failure of the reader's.
                        case 2 -> throw new KafkaException("another topic is away");
                        default -> note(records);
                    }
                };
        try (GroupReader reader = GroupReader.start(kafka, BOTH.inPortions(15, 1_000), taker)) {
            SOON.that("it says so", () -> ("" + reader.problem()).contains("the database is away"));
            SOON.that(
                    "it says so again",
                    () -> ("" + reader.problem()).contains("another topic is away"));
            awaitSeen(0, 40);
            SOON.that("all is well", () -> reader.problem() == null);
            for (int partition = 0; partition < kafka.partitions(); partition++) {
                int place = partition;
                List<Integer> those =
                        seen.stream()
                                .map(Integer::valueOf)
                                .filter(number -> number % kafka.partitions() == place)
                                .toList();
                assertEquals(those.stream().sorted().toList(), those);
            }
            write(Topic.VEHICLE_EVENTS, 40, 50);
            awaitSeen(40, 50);
        }
        assertEquals(50, seen.size(), "each once");
    }

    @Test
    void whatIsDoneBesideItMayFailAndHoldsUpNothing() {
        AtomicInteger turns = new AtomicInteger();
        Runnable turned =
                () -> {
                    if (turns.incrementAndGet() == 1) {
                        throw new IllegalStateException("not now");
                    }
                };
        try (GroupReader reader = GroupReader.start(kafka, BOTH, this::note, turned)) {
            SOON.that("it says so", () -> ("" + reader.problem()).contains("not now"));
            write(Topic.VEHICLE_EVENTS, 0, 10);
            awaitSeen(0, 10);
            SOON.that("it is called again", () -> turns.get() > 1 && reader.problem() == null);
        }
    }

    @Test
    void aGroupFromTheEndBeginsWhenItFirstReadAndThenMissesNothing() {
        write(Topic.VEHICLE_EVENTS, 0, 20);
        try (GroupReader reader = read(NEWEST)) {
            assertEquals("it has not begun", "" + reader.problem());
            SOON.that("it has begun", () -> reader.problem() == null);
        }
        write(Topic.VEHICLE_EVENTS, 20, 40);
        try (GroupReader reader = read(NEWEST)) {
            awaitSeen(20, 40);
            write(Topic.VEHICLE_EVENTS, 40, 60);
            awaitSeen(40, 60);
            SOON.that("it has begun", () -> reader.problem() == null);
        }
        assertEquals(numbers(20, 60), new HashSet<>(seen));
        assertEquals(40, seen.size(), "each once");
    }

    @Test
    void whatComesWithinItsSpacingIsTakenTogetherAndFullPortionsDoNotWait() {
        Duration spacing = Duration.ofMillis(200);
        List<Long> turnsNs = new CopyOnWriteArrayList<>();
        Consumer<ConsumerRecords<byte[], byte[]>> taker =
                records -> {
                    turnsNs.add(System.nanoTime());
                    note(records);
                };
        try (GroupReader _ =
                GroupReader.start(kafka, BOTH.inPortions(50, 1_000_000).spaced(spacing), taker)) {
            for (int i = 0; i < 5; i++) {
                write(Topic.VEHICLE_EVENTS, i, i + 1);
                int number = i;
                SOON.that("it is taken", () -> seen.contains("" + number));
            }
        }
        for (int turn = 1; turn < turnsNs.size(); turn++) {
            long apartNs = turnsNs.get(turn) - turnsNs.get(turn - 1);
            assertTrue(apartNs >= spacing.toNanos(), "turns %d ns apart".formatted(apartNs));
        }
        write(Topic.VEHICLE_EVENTS, 5, 4_005);
        turnsNs.clear();
        try (GroupReader _ =
                GroupReader.start(
                        kafka, BOTH.inPortions(10, 1_000_000).spaced(Duration.ofHours(1)), taker)) {
            SOON.that("full portions are taken one after the other", () -> seen.size() > 1_000);
        }
    }

    @Test
    void membersShareThePartitionsAndTakeOver() {
        Set<String> first = new HashSet<>();
        Set<String> second = new HashSet<>();
        try (GroupReader _ = read(BOTH, first)) {
            try (GroupReader _ = read(BOTH, second)) {
                AtomicInteger written = new AtomicInteger();
                SOON.that(
                        "both have taken some",
                        () -> {
                            int from = written.getAndAdd(8);
                            write(Topic.VEHICLE_EVENTS, from, from + 8);
                            awaitSeen(0, from + 8);
                            return holdsSome(first) && holdsSome(second);
                        });
            }
            write(Topic.VEHICLE_EVENTS, 100_000, 100_040);
            awaitSeen(100_000, 100_040);
        }
        assertTrue(first.containsAll(numbers(100_000, 100_040)));
    }

    private GroupReader read(Group group, Set<String> into) {
        return GroupReader.start(
                kafka,
                group,
                records -> {
                    synchronized (into) {
                        into.addAll(textsOf(records));
                    }
                    note(records);
                });
    }

    private static boolean holdsSome(Set<String> taken) {
        synchronized (taken) {
            return !taken.isEmpty();
        }
    }
}
