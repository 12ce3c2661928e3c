package dev.driveline.runtime.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.TestKafka;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TailReaderIT {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final String prefix = TestKafka.freshPrefix();
    private final String topic = prefix + "log";
    private final KafkaConfig kafka =
            KafkaConfig.single(TestKafka.bootstrap(), new TopicPrefix(prefix), 2);
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private KafkaProducer<byte[], byte[]> producer;

    @BeforeEach
    void start() {
        TestKafka.createTopic(topic, 2);
        producer = new KafkaProducer<>(kafka.producer("test"));
    }

    @AfterEach
    void stop() {
        producer.close();
    }

    @Test
    void fromTheBeginningEverythingIsHandledBeforeItHasCaughtUp() throws Exception {
        for (int i = 0; i < 50; i++) {
            write(i % 2, "r" + i);
        }
        try (TailReader reader = read(TailReader.From.BEGINNING, this::note)) {
            reader.awaitCaughtUp(LIMIT);
            assertEquals(50, seen.size());
            assertEquals(25, reader.position(0));
            assertEquals(25, reader.position(1));
            assertEquals(0, reader.position(7), "a partition that it does not read");
            write(0, "later");
            Eventually.within(LIMIT).that("it reads on", () -> seen.contains("later"));
            List<String> even =
                    seen.stream()
                            .filter(text -> text.startsWith("r"))
                            .filter(text -> Integer.parseInt(text.substring(1)) % 2 == 0)
                            .toList();
            assertEquals(even.stream().sorted(TailReaderIT::byNumber).toList(), even);
        }
    }

    @Test
    void anEmptyLogIsCaughtUpAtOnce() throws Exception {
        try (TailReader reader = read(TailReader.From.BEGINNING, this::note)) {
            reader.awaitCaughtUp(LIMIT);
        }
    }

    @Test
    void fromTheEndNothingOldAndEverythingNew() throws Exception {
        write(0, "old");
        try (TailReader reader = read(TailReader.From.END, this::note)) {
            assertEquals(1, reader.position(0), "fixed before start returns");
            write(0, "new");
            reader.awaitCaughtUp(LIMIT);
            Eventually.within(LIMIT).that("the new one", () -> seen.contains("new"));
            assertEquals(List.of("new"), seen);
        }
    }

    @Test
    void aRecordThatTheHandlerCannotTakeIsPassedOver() throws Exception {
        write(0, "good");
        write(0, "bad");
        write(0, "worse");
        write(0, "better");
        try (TailReader reader =
                read(
                        TailReader.From.BEGINNING,
                        record -> {
                            String text = textOf(record);
                            if (text.equals("bad")) {
                                throw new java.io.IOException("no");
                            }
                            if (text.equals("worse")) {
                                throw new NullPointerException();
                            }
                            note(record);
                        })) {
            reader.awaitCaughtUp(LIMIT);
            assertEquals(List.of("good", "better"), seen);
            assertEquals(4, reader.position(0));
        }
    }

    @Test
    void recordsOfAnAbortedTransactionAreNotSeenAndDoNotHoldItBack() throws Exception {
        var properties = kafka.producer("transactional");
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, prefix + "tx");
        try (KafkaProducer<byte[], byte[]> transactional = new KafkaProducer<>(properties)) {
            transactional.initTransactions();
            transactional.beginTransaction();
            transactional.send(record(0, "aborted")).get();
            transactional.abortTransaction();
            transactional.beginTransaction();
            transactional.send(record(0, "committed")).get();
            transactional.commitTransaction();
        }
        try (TailReader reader = read(TailReader.From.BEGINNING, this::note)) {
            reader.awaitCaughtUp(LIMIT);
            assertEquals(List.of("committed"), seen);
            assertEquals(4, reader.position(0), "two records and two markers");
        }
    }

    @Test
    void whoDoesNotCatchUpSaysSo() throws Exception {
        write(0, "one");
        CountDownLatch go = new CountDownLatch(1);
        try (TailReader reader = read(TailReader.From.BEGINNING, record -> go.await())) {
            IllegalStateException late =
                    assertThrows(
                            IllegalStateException.class,
                            () -> reader.awaitCaughtUp(Duration.ofMillis(50)));
            assertTrue(late.getMessage().contains("test-reader"), late.getMessage());
            go.countDown();
            reader.awaitCaughtUp(LIMIT);
        }
    }

    private TailReader read(TailReader.From from, TailReader.Handler handler) {
        return TailReader.start(
                "test-reader", kafka.consumer("test"), topic, List.of(0, 1), from, handler);
    }

    private void note(ConsumerRecord<byte[], byte[]> record) {
        seen.add(textOf(record));
    }

    private void write(int partition, String text) throws Exception {
        producer.send(record(partition, text)).get();
    }

    private ProducerRecord<byte[], byte[]> record(int partition, String text) {
        return new ProducerRecord<>(
                topic, partition, new byte[0], text.getBytes(StandardCharsets.UTF_8));
    }

    private static String textOf(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }

    private static int byNumber(String a, String b) {
        return Integer.compare(Integer.parseInt(a.substring(1)), Integer.parseInt(b.substring(1)));
    }
}
