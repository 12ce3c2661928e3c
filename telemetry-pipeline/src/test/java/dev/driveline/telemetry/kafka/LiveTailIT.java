package dev.driveline.telemetry.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.contract.telemetry.v1.SampledSignal;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.Topics;
import dev.driveline.telemetry.live.LiveBatch;
import dev.driveline.telemetry.live.LivePosition;
import dev.driveline.telemetry.live.LiveSource.Listening;
import dev.driveline.telemetry.live.LiveSource.LiveSourceClosedException;
import dev.driveline.testkit.TestClock;
import dev.driveline.testkit.TestKafka;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LiveTailIT {

    private static final Vin VIN = Vin.of("JTMW1RFV7KD000001");
    private static final Vin OTHER = Vin.of("JTMW1RFV7KD000002");
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final KafkaConfig kafka =
            KafkaConfig.single(TestKafka.bootstrap(), new TopicPrefix(TestKafka.freshPrefix()), 1);
    private final TestClock clock = TestClock.at(Instant.now());
    private KafkaProducer<byte[], byte[]> producer;
    private LiveTail tail;

    @BeforeEach
    void start() {
        Topics.prepare(kafka, Set.of(Topic.TELEMETRY_SIGNALS));
        producer = new KafkaProducer<>(kafka.producer("test"));
        tail = LiveTail.start(kafka, clock);
    }

    @AfterEach
    void stop() {
        producer.close();
        tail.close();
    }

    private void send(Vin vin, long fromSeq, long toSeq) {
        for (long seq = fromSeq; seq <= toSeq; seq++) {
            SampleBatch batch =
                    SampleBatch.newBuilder()
                            .setSchema(1)
                            .setSeq(seq)
                            .addSignal(SampledSignal.newBuilder().setName("a.b.c"))
                            .addIdx(0)
                            .addDtUs(0)
                            .addInts(seq)
                            .addIdx(0)
                            .addDtUs(1)
                            .addInts(seq)
                            .build();
            var _ =
                    producer.send(
                            new ProducerRecord<>(
                                    kafka.prefix().of(Topic.TELEMETRY_SIGNALS),
                                    vin.value().getBytes(StandardCharsets.US_ASCII),
                                    batch.toByteArray()));
        }
        producer.flush();
    }

    private static LiveBatch next(Listening listening) throws InterruptedException {
        long untilNs = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() < untilNs) {
            LiveBatch batch = listening.next(Duration.ofMillis(100));
            if (batch != null) {
                return batch;
            }
        }
        throw new AssertionError("no batch within " + LIMIT);
    }

    private static List<Long> seqs(Listening listening, int count) throws InterruptedException {
        List<Long> seqs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            seqs.add(next(listening).batch().getSeq());
        }
        return seqs;
    }

    private static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    void aListenerHearsItsVehicleFromThenOn() throws InterruptedException {
        send(VIN, 1, 5);
        try (Listening listening = tail.listen(VIN, null)) {
            send(OTHER, 1, 5);
            send(VIN, 6, 9);
            // The tail may have been some records behind when the listener came.
            List<Long> heard = new ArrayList<>();
            while (!heard.contains(9L)) {
                heard.addAll(seqs(listening, 1));
            }
            assertEquals(range(heard.getFirst(), 9), heard);
            assertTrue(heard.containsAll(range(6, 9)));
            assertFalse(listening.hasSkipped());
        }
    }

    @Test
    void aListenerThatIsTooSlowForItsQueueLosesNothing() throws InterruptedException {
        try (Listening slow = tail.listen(VIN, null);
                Listening quick = tail.listen(VIN, null)) {
            send(VIN, 1, 1);
            assertEquals(List.of(1L), seqs(slow, 1));
            assertEquals(List.of(1L), seqs(quick, 1));
            for (long seq = 2; seq <= 500; seq += 20) {
                send(VIN, seq, seq + 19);
                assertEquals(range(seq, seq + 19), seqs(quick, 20));
            }
            send(OTHER, 1, 3);
            assertEquals(range(2, 501), seqs(slow, 500));
            send(VIN, 502, 503);
            assertEquals(range(502, 503), seqs(slow, 2));
            assertFalse(slow.hasSkipped());
        }
    }

    @Test
    void whoGoesOnHearsTheRestOfItsBatchFirst() throws InterruptedException {
        LiveBatch second;
        try (Listening listening = tail.listen(VIN, null)) {
            send(VIN, 1, 3);
            next(listening);
            second = next(listening);
        }
        LivePosition halfway = new LivePosition(second.partition(), second.offset(), 0);
        try (Listening listening = tail.listen(VIN, halfway)) {
            LiveBatch rest = next(listening);
            assertEquals(2, rest.batch().getSeq());
            assertEquals(1, rest.firstPlace());
            assertEquals(List.of(3L), seqs(listening, 1));
        }
        LivePosition whole = new LivePosition(second.partition(), second.offset(), 1);
        try (Listening listening = tail.listen(VIN, whole)) {
            assertEquals(List.of(3L), seqs(listening, 1));
        }
    }

    @Test
    void whoWasAwayTooLongIsToldOnce() throws InterruptedException {
        send(VIN, 1, 3);
        clock.advance(Duration.ofMinutes(14));
        try (Listening listening = tail.listen(VIN, new LivePosition(0, 0, 1))) {
            assertFalse(listening.hasSkipped());
            assertEquals(range(2, 3), seqs(listening, 2));
        }
        clock.advance(Duration.ofMinutes(2));
        for (LivePosition lost :
                List.of(
                        new LivePosition(0, 0, 1),
                        new LivePosition(0, 3, 0),
                        new LivePosition(7, 0, 0))) {
            try (Listening listening = tail.listen(VIN, lost)) {
                assertTrue(listening.hasSkipped());
                assertFalse(listening.hasSkipped());
            }
        }
    }

    @Test
    void aClosedTailEndsItsListeners() throws InterruptedException {
        try (Listening listening = tail.listen(VIN, null)) {
            assertNull(listening.next(Duration.ZERO));
            tail.close();
            assertThrows(
                    LiveSourceClosedException.class, () -> listening.next(Duration.ofSeconds(1)));
        }
    }
}
