package dev.driveline.telemetry.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.batch.TestSignals;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.telemetry.intake.BookFacts;
import dev.driveline.telemetry.rule.RuleBook;
import dev.driveline.telemetry.sequence.BootProgress;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CanTopologyTest {

    private static final long T0 = 1_700_000_000_000_000L;
    private static final Instant START = Instant.ofEpochMilli(T0 / 1_000);
    private static final Vin VIN = Vin.of("JTMW1RFV7KD000001");
    private static final TestCatalogue SMALL = TestCatalogue.small();

    private final BookFacts facts = new BookFacts();
    private final RuleBook rules = new RuleBook();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    @TempDir private Path folder;
    private TopologyTestDriver driver;
    private TestInputTopic<byte[], byte[]> can;
    private TestInputTopic<byte[], byte[]> decoded;
    private TestOutputTopic<byte[], byte[]> samples;
    private TestOutputTopic<byte[], byte[]> rejected;

    @BeforeEach
    void start() {
        facts.publish(SMALL);
        facts.publish(VIN, SMALL.ref());
        Properties properties = new Properties();
        properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        properties.put(
                StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class.getName());
        driver =
                new TopologyTestDriver(
                        CanTopology.of(
                                new TopicPrefix("t."),
                                facts,
                                new RuleStage(rules, new RuleMetrics(metrics, rules)),
                                new IntakeMetrics(metrics)),
                        properties,
                        START);
        ByteArraySerializer serializer = new ByteArraySerializer();
        ByteArrayDeserializer deserializer = new ByteArrayDeserializer();
        can = driver.createInputTopic("t.telemetry.can", serializer, serializer);
        decoded = driver.createInputTopic("t.telemetry.signals.raw", serializer, serializer);
        samples = driver.createOutputTopic("t.telemetry.signals", deserializer, deserializer);
        rejected = driver.createOutputTopic("t.telemetry.rejected", deserializer, deserializer);
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    private void send(byte[] value) {
        RecordHeaders headers = new RecordHeaders();
        headers.add(Headers.RECEIVED, bytes(String.valueOf(T0 + 5)));
        headers.add(Headers.TENANT, bytes("acme"));
        headers.add(Headers.REASON, bytes("forged"));
        can.pipeInput(new TestRecord<>(bytes(VIN.value()), value, headers, START));
    }

    private static TestBatch motion(long seq) {
        return TestBatch.of(1, seq, T0).frame(T0, "can0", 0x100, 0x10, 0x27, 3);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String header(TestRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private double count(String name, String... tags) {
        return metrics.get(name).tags(tags).counter().count();
    }

    @Test
    void anAcceptedBatchBecomesSamplesUnderTheSameKey() throws Exception {
        send(motion(1).bytes());
        TestRecord<byte[], byte[]> record = samples.readRecord();
        assertArrayEquals(bytes(VIN.value()), record.key());
        assertEquals("SampleBatch/1", header(record, Headers.SCHEMA));
        assertEquals(String.valueOf(T0 + 5), header(record, Headers.RECEIVED));
        assertEquals("acme", header(record, Headers.TENANT));
        SampleBatch batch = SampleBatch.parseFrom(record.value());
        assertEquals(2, batch.getIdxCount());
        assertEquals(T0 + 5, batch.getRecvUs());
        assertTrue(rejected.isEmpty());
        assertEquals(2, count("telemetry.samples.decoded"));
    }

    @Test
    void aDuplicateIsDroppedAndCounted() {
        send(motion(1).bytes());
        send(motion(2).bytes());
        send(motion(1).bytes());
        send(motion(2).packedBytes());
        assertEquals(2, samples.getQueueSize());
        assertTrue(rejected.isEmpty());
        assertEquals(2, count("telemetry.batches", "outcome", "DUPLICATE"));
    }

    @Test
    void whatCannotBeUsedGoesAsItCameWithTheReason() {
        byte[] broken = motion(1).builder().setCrc32C(5).build().toByteArray();
        send(broken);
        TestRecord<byte[], byte[]> record = rejected.readRecord();
        assertArrayEquals(broken, record.value());
        assertEquals("CRC_MISMATCH", header(record, Headers.REASON));
        assertTrue(header(record, Headers.DETAIL).startsWith("crc32c is 0x00000005"));
        assertEquals("acme", header(record, Headers.TENANT));
        can.pipeInput(new TestRecord<>(bytes(VIN.value()), null, new RecordHeaders(), START));
        assertEquals("MALFORMED", header(rejected.readRecord(), Headers.REASON));
        assertEquals(1, count("telemetry.batches.rejected", "reason", "CRC_MISMATCH"));
        assertTrue(samples.isEmpty());
    }

    @Test
    void signalsThatTheVehicleDecodedGoTheSameWay() {
        TestSignals batch = TestSignals.of(1, 1, T0).sample(T0, "can0.MOTION.SPEED", 100.0);
        decoded.pipeInput(
                new TestRecord<>(bytes(VIN.value()), batch.bytes(), new RecordHeaders(), START));
        assertEquals(10_000, batchOf(samples.readRecord()).getInts(0));
        send(motion(1).bytes());
        assertEquals(1, count("telemetry.batches", "outcome", "DUPLICATE"));
        decoded.pipeInput(
                new TestRecord<>(
                        bytes(VIN.value()), bytes("{\"schema\":2}"), new RecordHeaders(), START));
        assertEquals("SCHEMA_UNKNOWN", header(rejected.readRecord(), Headers.REASON));
        assertTrue(samples.isEmpty());
    }

    @Test
    void aNewFactTakesEffectAtOnce() {
        CatalogueRef ref = SMALL.ref();
        facts.publish(VIN, null);
        send(motion(1).bytes());
        facts.publish(VIN, ref);
        send(motion(2).bytes());
        assertEquals(2, samples.getQueueSize());
        samples.readRecord();
        assertEquals(ref.toString(), batchOf(samples.readRecord()).getCatalogue());
    }

    private static SampleBatch batchOf(TestRecord<byte[], byte[]> record) {
        try {
            return SampleBatch.parseFrom(record.value());
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void registryTopicsThatCannotBeReadStopTheThreadAndRejectNothing() {
        facts.away(true);
        assertThrows(StreamsException.class, () -> send(motion(1).bytes()));
        assertTrue(rejected.isEmpty());
    }

    @Test
    void aBootIsForgottenAfterSixtyDaysOfSilence() {
        send(motion(1).bytes());
        driver.advanceWallClockTime(Duration.ofMillis(BootProgress.KEPT_MS).minusDays(1));
        send(motion(1).bytes());
        assertEquals(1, samples.getQueueSize());
        driver.advanceWallClockTime(Duration.ofDays(2));
        send(motion(1).bytes());
        assertEquals(2, samples.getQueueSize());
        samples.readRecord();
        assertFalse(batchOf(samples.readRecord()).getLate());
    }
}
