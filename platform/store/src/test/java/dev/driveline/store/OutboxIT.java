package dev.driveline.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.Topics;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.store.postgres.Outbox;
import dev.driveline.store.postgres.OutboxRecord;
import dev.driveline.store.postgres.OutboxSession;
import dev.driveline.store.postgres.UnsentRow;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.TestKafka;
import dev.driveline.testkit.TestPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class OutboxIT {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Topic TOPIC = Topic.COMMAND_EVENTS;
    private static final int ALL_SHARDS_ROWS = 100;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Outbox outbox = new Outbox();
    private final List<ConsumerRecord<byte[], byte[]>> seen = new ArrayList<>();
    private KafkaConfig kafka;
    private Database database;
    private KafkaConsumer<byte[], byte[]> reader;

    @BeforeEach
    void open() {
        TestPostgres.Database fresh = TestPostgres.freshDatabase();
        kafka =
                KafkaConfig.single(
                        TestKafka.bootstrap(), new TopicPrefix(TestKafka.freshPrefix()), 3);
        Topics.prepare(kafka, Set.of(TOPIC));
        database =
                Database.openWithOutbox(
                        new DatabaseConfig(fresh.jdbcUrl(), fresh.user(), fresh.password(), 4),
                        "outboxtest");
        reader = new KafkaConsumer<>(kafka.consumer("reader"));
        reader.assign(
                IntStream.range(0, 3)
                        .mapToObj(partition ->
                                new TopicPartition(kafka.prefix().of(TOPIC), partition))
                        .toList());
        reader.seekToBeginning(reader.assignment());
    }

    @AfterEach
    void close() {
        reader.close();
        database.close();
    }

    @Test
    void sendsWhatIsCommittedInOrderAndNothingElse() {
        try (OutboxRelay relay = start()) {
            assertNotNull(relay);
            database.run(handle -> {
                outbox.append(handle, record("a", 1));
                outbox.append(handle, List.of(record("a", 2), record("b", 1)));
            });
            assertThrows(
                    IllegalStateException.class,
                    () ->
                            database.run(handle -> {
                                outbox.append(handle, record("a", 99));
                                throw new IllegalStateException("rolled back");
                            }));
            append("a", 3);
            await(Map.of("a", 3, "b", 1));
            assertEquals(
                    "text ä",
                    new String(
                            seen.getFirst().headers().lastHeader("what").value(),
                            StandardCharsets.UTF_8));
            Eventually.within(LIMIT).that("the table is empty", () -> unsent() == 0);
            Eventually.within(LIMIT)
                    .that(
                            "the metrics say so",
                            () ->
                                    metrics.get("outbox.sent").counter().count() == 4
                                            && metrics.get("outbox.unsent").gauge().value() == 0);
        }
    }

    @Test
    void anIdleRelaySendsAtOnce() {
        try (OutboxRelay relay = start()) {
            assertNotNull(relay);
            List<Long> millis = new ArrayList<>();
            for (int n = 1; n <= 20; n++) {
                // Longer than it rests after a batch.
                poll(Duration.ofMillis(150));
                long fromNs = System.nanoTime();
                append("a", n);
                while (seen.size() < n) {
                    poll(Duration.ofMillis(5));
                }
                millis.add((System.nanoTime() - fromNs) / 1_000_000);
            }
            long median = millis.stream().sorted().toList().get(millis.size() / 2);
            assertTrue(median < 80, "median " + median + " ms is the poll's, not the wake's");
        }
    }

    /** A commit in a process that does not hold the line is heard by the one that does. */
    @Test
    void aStandbyTellsTheHolder() throws Exception {
        Outbox standbysOutbox = new Outbox();
        try (OutboxRelay holder = start()) {
            assertNotNull(holder);
            append("a", 1);
            await(Map.of("a", 1));
            try (OutboxRelay standby =
                            OutboxRelay.start(database, standbysOutbox, kafka, TOPIC, metrics);
                    OutboxSession ear = OutboxSession.open(database)) {
                assertNotNull(standby);
                ear.listen();
                database.run(handle -> standbysOutbox.append(handle, record("a", 2)));
                Eventually.within(LIMIT)
                        .that("the line of 'a' is told", () -> !ear.heard(100).isEmpty());
                await(Map.of("a", 2));
            }
        }
    }

    /** Killed between the commit in Kafka and the deletion in PostgreSQL. */
    @Test
    void whatWasSentAndNotDeletedIsNotSentAgain() throws Exception {
        append("a", 1);
        append("a", 2);
        int shard = shardWithRows();
        try (OutboxSession session = OutboxSession.open(database);
                ShardSender killed =
                        ShardSender.takeOver(kafka, "outbox-outboxtest-" + shard, TOPIC)) {
            assertNull(killed.last());
            killed.send(session.unsent(shard, 1, 1_000));
        }
        assertEquals(2, unsent());
        try (OutboxRelay relay = start()) {
            assertNotNull(relay);
            append("a", 3);
            await(Map.of("a", 3));
        }
    }

    /** The server ends a silent session, so another relay takes over; then the first goes on. */
    @Test
    void aPausedPredecessorIsShutOut() throws Exception {
        append("a", 1);
        int shard = shardWithRows();
        String name = "outbox-outboxtest-" + shard;
        OutboxSession first = OutboxSession.open(database);
        try (ShardSender paused = ShardSender.takeOver(kafka, name, TOPIC)) {
            assertTrue(first.tryLock(shard));
            assertNull(paused.last());
            List<UnsentRow> held = first.unsent(shard, 10, 1_000);
            try (OutboxSession second = OutboxSession.open(database)) {
                assertFalse(second.tryLock(shard));
                terminateHolders();
                Eventually.within(LIMIT).that("the line is free", () -> second.tryLock(shard));
                try (ShardSender successor = ShardSender.takeOver(kafka, name, TOPIC)) {
                    assertNull(successor.last());
                    successor.send(second.unsent(shard, 10, 1_000));
                }
            }
            RuntimeException refused =
                    assertThrows(RuntimeException.class, () -> paused.send(held));
            assertTrue(isFencing(refused), () -> "expected Kafka to shut it out, got " + refused);
        }
        assertThrows(Exception.class, () -> first.unsent(shard, 10, 1_000));
        await(Map.of("a", 1));
    }

    /** Two relays whose sessions are ended again and again while somebody writes. */
    @Test
    void nothingIsLostDoubledOrOutOfOrderWhileRelaysAreKilled() {
        int keys = 12;
        int rounds = 60;
        try (OutboxRelay one = start();
                OutboxRelay two = start()) {
            assertNotNull(one);
            assertNotNull(two);
            for (int round = 1; round <= rounds; round++) {
                for (int key = 0; key < keys; key++) {
                    append("k" + key, round);
                }
                if (round % 12 == 0) {
                    terminateHolders();
                }
            }
            Map<String, Integer> all = new LinkedHashMap<>();
            IntStream.range(0, keys).forEach(key -> all.put("k" + key, rounds));
            await(all);
            Eventually.within(LIMIT).that("the table is empty", () -> unsent() == 0);
        }
    }

    @Test
    void everyLineIsUsedAndSent() {
        try (OutboxRelay relay = start()) {
            assertNotNull(relay);
            Map<String, Integer> all = new LinkedHashMap<>();
            database.run(handle -> {
                for (int i = 0; i < ALL_SHARDS_ROWS; i++) {
                    outbox.append(handle, record("key" + i, 1));
                    all.put("key" + i, 1);
                }
            });
            await(all);
        }
    }

    @Test
    void refusesWhatKafkaWouldRefuse() {
        byte[] tooLarge = new byte[TOPIC.maxRecordBytes()];
        assertThrows(IllegalArgumentException.class, () -> OutboxRecord.of(TOPIC, "a", tooLarge));
    }

    private OutboxRelay start() {
        return OutboxRelay.start(database, outbox, kafka, TOPIC, metrics);
    }

    private void append(String key, int n) {
        database.run(handle -> outbox.append(handle, record(key, n)));
    }

    private static OutboxRecord record(String key, int n) {
        return new OutboxRecord(
                TOPIC,
                key.getBytes(StandardCharsets.UTF_8),
                Integer.toString(n).getBytes(StandardCharsets.UTF_8),
                Map.of("what", "text ä"));
    }

    private long unsent() {
        return database.transaction(handle ->
                handle.createQuery("SELECT count(*) FROM outbox").mapTo(Long.class).one());
    }

    private int shardWithRows() {
        return database.transaction(handle ->
                handle.createQuery("SELECT DISTINCT shard FROM outbox").mapTo(Integer.class).one());
    }

    /** Ends every session that holds a line, as the server does when it hears nothing. */
    private void terminateHolders() {
        database.run(handle ->
                handle.createQuery(
                                """
                                SELECT pg_terminate_backend(pid) FROM pg_locks
                                WHERE locktype = 'advisory' AND granted
                                  AND database = (SELECT oid FROM pg_database
                                                  WHERE datname = current_database())
                                """)
                        .mapTo(Boolean.class)
                        .list());
    }

    /** Reads until every key has come to its number, and that each came in order and once. */
    private void await(Map<String, Integer> last) {
        Eventually.within(LIMIT)
                .passes(
                        "all is sent",
                        () -> {
                            poll(Duration.ofMillis(50));
                            assertEquals(last, lastByKey());
                        });
        poll(Duration.ofMillis(300));
        assertEquals(last, lastByKey());
    }

    private Map<String, Integer> lastByKey() {
        Map<String, Integer> last = new LinkedHashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : seen) {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            int n = Integer.parseInt(new String(record.value(), StandardCharsets.UTF_8));
            if (n != last.getOrDefault(key, 0) + 1) {
                throw new IllegalStateException(key + ": " + n + " after " + last.get(key));
            }
            last.put(key, n);
        }
        return last;
    }

    private void poll(Duration limit) {
        reader.poll(limit).forEach(seen::add);
    }

    private static boolean isFencing(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProducerFencedException
                    || cause instanceof InvalidProducerEpochException) {
                return true;
            }
        }
        return false;
    }
}
