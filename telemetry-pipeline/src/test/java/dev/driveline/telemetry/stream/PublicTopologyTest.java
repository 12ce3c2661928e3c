package dev.driveline.telemetry.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.telemetry.intake.BookFacts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PublicTopologyTest {

    private static final String VIN = "JTMW1RFV7KF000001";
    private static final Instant AT = Instant.parse("2026-05-01T12:00:00Z");

    @TempDir private Path folder;
    private final BookFacts facts = new BookFacts();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Set<TenantId> without = new HashSet<>();
    private TopologyTestDriver driver;

    @BeforeEach
    void start() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        driver =
                new TopologyTestDriver(
                        PublicTopology.of(
                                new TopicPrefix("t."),
                                facts,
                                tenant -> !without.contains(tenant),
                                new PublicMetrics(metrics)),
                        properties,
                        AT);
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    private void send(String topic, @Nullable String tenant, String value) {
        RecordHeaders headers = new RecordHeaders();
        if (tenant != null) {
            headers.add(Headers.TENANT, bytes(tenant));
        }
        headers.add(Headers.CERTIFICATE, bytes("412f:1"));
        headers.add(Headers.SESSION, bytes("5b1f"));
        headers.add(Headers.USER_PREFIX + "x", bytes("y"));
        headers.add(Headers.EVENT_TYPE, bytes("driveline.test"));
        headers.add(Headers.SCHEMA, bytes("SampleBatch/1"));
        driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(new TestRecord<>(bytes(VIN), bytes(value), headers, AT));
    }

    private List<TestRecord<byte[], byte[]>> of(String topic) {
        return driver.createOutputTopic(
                        topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList();
    }

    private double count(String outcome) {
        return metrics.get("telemetry.public.records").tag("outcome", outcome).counter().count();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void eachKindGoesToItsTenantsTopicAsItIs() {
        send("t.telemetry.signals", "acme", "samples");
        send("t.telemetry.alerts", "acme", "alert");
        send("t.telemetry.trips", "acme", "trip");
        facts.publish(Vin.of(VIN), null);
        send("t.vehicle.events", null, "event");
        send("t.command.events", "acme", "step");
        send("t.telemetry.signals", "acme-eu", "others");
        TestRecord<byte[], byte[]> samples = of("t.out.acme.signals").getFirst();
        assertArrayEquals(bytes("samples"), samples.value());
        assertArrayEquals(bytes(VIN), samples.key());
        assertEquals(AT, samples.getRecordTime());
        assertEquals(1, of("t.out.acme.alerts").size());
        assertEquals(2, of("t.out.acme.events").size());
        assertEquals(1, of("t.out.acme.commands").size());
        assertEquals(1, of("t.out.acme-eu.signals").size());
        assertEquals(6, count("WRITTEN"));
    }

    @Test
    void anEventIsItsVehiclesTenantsWhateverAGatewayWroteOnIt() {
        send("t.vehicle.events", "acme-eu", "of a vehicle that nobody knows");
        facts.publish(Vin.of(VIN), null);
        send("t.vehicle.events", "acme-eu", "event");
        assertEquals(1, of("t.out.acme.events").size());
        assertEquals(1, count("NO_TENANT"));
        facts.away(true);
        assertThrows(StreamsException.class, () -> send("t.vehicle.events", "acme", "event"));
    }

    @Test
    void noSessionCertificateOrHeaderOfAVehicleGoesAlong() {
        facts.publish(Vin.of(VIN), null);
        send("t.vehicle.events", "acme", "event");
        TestRecord<byte[], byte[]> event = of("t.out.acme.events").getFirst();
        assertEquals(
                Set.of(Headers.TENANT, Headers.EVENT_TYPE, Headers.SCHEMA),
                Set.of(
                        Arrays.stream(event.headers().toArray())
                                .map(header -> header.key())
                                .toArray()));
        assertNull(event.headers().lastHeader(Headers.CERTIFICATE));
    }

    @Test
    void whatIsNobodysGoesNowhere() {
        send("t.telemetry.signals", null, "samples");
        send("t.telemetry.signals", "No Tenant", "samples");
        without.add(TenantId.of("plain"));
        send("t.telemetry.signals", "plain", "samples");
        assertEquals(2, count("NO_TENANT"));
        assertEquals(1, count("NO_TOPICS"));
        assertEquals(0, count("WRITTEN"));
        assertTrue(driver.producedTopicNames().isEmpty());
    }
}
