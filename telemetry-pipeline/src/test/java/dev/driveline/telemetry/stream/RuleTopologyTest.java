package dev.driveline.telemetry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.driveline.contract.alert.AlertEvent;
import dev.driveline.contract.alert.AlertStep;
import dev.driveline.contract.alert.ClearReason;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.batch.TestBatch;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.telemetry.intake.BookFacts;
import dev.driveline.telemetry.rule.RuleBook;
import dev.driveline.telemetry.rule.RuleDefinition;
import dev.driveline.telemetry.rule.RuleDefinition.RuleScope;
import dev.driveline.telemetry.rule.RuleFact;
import dev.driveline.telemetry.rule.RuleId;
import dev.driveline.telemetry.rule.TestRules;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.cumulative.CumulativeCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which batches the rules see, and what ends an alert besides its condition. */
final class RuleTopologyTest {

    private static final long S = 1_000_000;
    private static final long T0 = 1_700_000_000_000_000L;
    private static final Instant START = Instant.ofEpochMilli(T0 / 1_000);
    private static final Vin VIN = Vin.of("JTMW1RFV7KD000001");
    private static final TestCatalogue SMALL = TestCatalogue.small();
    private static final Map<String, String> SIGNALS =
            Map.of("SPEED", "can0.MOTION.SPEED", "GEAR", "can0.MOTION.GEAR");
    private static final int FAST = 7_000;
    private static final int SLOW = 1_000;

    private final BookFacts facts = new BookFacts();
    private final RuleBook rules = new RuleBook();
    private final FaultyMeters metrics = new FaultyMeters();

    @TempDir private Path folder;
    private TopologyTestDriver driver;
    private TestInputTopic<byte[], byte[]> can;
    private TestInputTopic<byte[], byte[]> events;
    private TestOutputTopic<byte[], byte[]> alerts;
    private long seq;

    @BeforeEach
    void start() {
        facts.publish(SMALL);
        facts.publish(VIN, SMALL.ref());
        Properties properties = new Properties();
        properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
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
        can = driver.createInputTopic("t.telemetry.can", serializer, serializer);
        events = driver.createInputTopic("t.vehicle.events", serializer, serializer);
        alerts =
                driver.createOutputTopic(
                        "t.telemetry.alerts",
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    private static RuleDefinition fast() {
        return TestRules.when("value('SPEED') > 60.0 && label('GEAR') == 'D'", 0);
    }

    /** Its counter of unknown conditions, which each rule of a batch raises, fails once if told. */
    private static final class FaultyMeters extends SimpleMeterRegistry {
        private long failAt;

        @Override
        protected Counter newCounter(Meter.Id id) {
            return id.getName().equals("telemetry.rules.unknown")
                    ? new CumulativeCounter(id) {
                        @Override
                        public void increment(double amount) {
                            if (--failAt == 0) {
                                throw new IllegalStateException("a fault");
                            }
                        }
                    }
                    : super.newCounter(id);
        }
    }

    private static RuleDefinition of(
            RuleDefinition of, Boolean enabled, Long silenceMs, RuleScope to) {
        return new RuleDefinition(
                of.name(),
                enabled,
                of.severity(),
                of.when(),
                null,
                null,
                of.dtc(),
                null,
                null,
                null,
                null,
                silenceMs,
                to);
    }

    private void save(long version, RuleDefinition definition) {
        rules.put(TestRules.fact(version, definition, SIGNALS));
    }

    private RuleId second() {
        RuleFact one = TestRules.fact(1, fast(), SIGNALS);
        RuleId id = new RuleId("second-rule");
        rules.put(new RuleFact(one.tenant(), id, 1, false, one.definition(), SIGNALS));
        return id;
    }

    private TestBatch motion(long second, int speed) {
        seq++;
        return TestBatch.of(1, seq, T0 + second * S)
                .frame(T0 + second * S, "can0", 0x100, speed & 0xFF, speed >> 8, 3);
    }

    private void send(TestBatch batch) {
        RecordHeaders headers = new RecordHeaders();
        headers.add(Headers.RECEIVED, bytes(String.valueOf(T0)));
        can.pipeInput(new TestRecord<>(bytes(VIN.value()), batch.bytes(), headers, START));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<AlertEvent> told() {
        return alerts.readRecordsToList().stream()
                .map(record -> Json.read(record.value(), AlertEvent.class))
                .toList();
    }

    private AlertEvent only(AlertStep step) {
        List<AlertEvent> told = told();
        assertEquals(1, told.size(), told.toString());
        assertEquals(step, told.getFirst().step());
        return told.getFirst();
    }

    @Test
    void anAlertIsRaisedAndClearedByWhatComesLive() {
        save(1, fast());
        send(motion(1, FAST));
        AlertEvent raised = only(AlertStep.RAISED);
        assertEquals(START.plusSeconds(1), raised.at());
        assertEquals(70.0, raised.values().get("can0.MOTION.SPEED"));
        assertEquals(VIN, raised.vin());
        send(motion(2, SLOW));
        AlertEvent cleared = only(AlertStep.CLEARED);
        assertEquals(raised.alert(), cleared.alert());
        assertEquals(ClearReason.CONDITION, cleared.reason());
        assertEquals(1, metrics.get("telemetry.alerts").tag("step", "RAISED").counter().count());
    }

    @Test
    void lateAndStoredAndRepeatedBatchesFireNothing() {
        save(1, fast());
        send(motion(10, SLOW));
        send(motion(5, FAST));
        send(motion(11, FAST).stored());
        assertEquals(List.of(), told());
        TestBatch live = motion(12, FAST);
        send(live);
        send(live);
        only(AlertStep.RAISED);
    }

    @Test
    void anAlertEndsWithItsRule() {
        save(1, fast());
        send(motion(1, FAST));
        save(2, fast());
        driver.advanceWallClockTime(Duration.ofSeconds(2));
        List<AlertEvent> told = told();
        assertEquals(2, told.size());
        assertEquals(ClearReason.RULE_CHANGED, told.get(1).reason());
        assertEquals(1, told.get(1).ruleVersion());
        send(motion(2, FAST));
        assertEquals(2, only(AlertStep.RAISED).ruleVersion());
        save(3, of(fast(), false, null, null));
        driver.advanceWallClockTime(Duration.ofSeconds(2));
        assertEquals(ClearReason.RULE_DISABLED, only(AlertStep.CLEARED).reason());
        save(4, fast());
        send(motion(3, FAST));
        only(AlertStep.RAISED);
        RuleFact last = TestRules.fact(5, fast(), SIGNALS);
        rules.put(
                new RuleFact(last.tenant(), last.id(), 5, true, last.definition(), last.signals()));
        driver.advanceWallClockTime(Duration.ofSeconds(2));
        assertEquals(ClearReason.RULE_DELETED, only(AlertStep.CLEARED).reason());
        send(motion(4, FAST));
        assertEquals(List.of(), told());
    }

    @Test
    void aBatchBetweenTheChangeAndTheSweepClearsTheOldAlertToo() {
        save(1, fast());
        send(motion(1, FAST));
        only(AlertStep.RAISED);
        save(2, fast());
        send(motion(2, FAST));
        driver.advanceWallClockTime(Duration.ofSeconds(2));
        List<AlertEvent> told = told();
        assertEquals(
                List.of(AlertStep.CLEARED, AlertStep.RAISED),
                told.stream().map(AlertEvent::step).toList());
        assertEquals(ClearReason.RULE_CHANGED, told.getFirst().reason());
    }

    @Test
    void aRuleIsForTheVehiclesOfItsScope() {
        save(1, of(fast(), true, null, new RuleScope(List.of("another"), null, null)));
        send(motion(1, FAST));
        save(2, of(fast(), true, null, new RuleScope(null, List.of("rental"), null)));
        send(motion(2, FAST));
        save(3, of(fast(), true, null, new RuleScope(null, null, Map.of("region", "eu"))));
        send(motion(3, FAST));
        assertEquals(List.of(), told());
        save(4, of(fast(), true, null, new RuleScope(List.of("model"), null, Map.of())));
        send(motion(4, FAST));
        only(AlertStep.RAISED);
    }

    private void report(int number, String type, long second, String data) {
        RecordHeaders headers = new RecordHeaders();
        headers.add(Headers.EVENT_ID, bytes("event-" + number));
        headers.add(Headers.EVENT_TYPE, bytes(type));
        headers.add(Headers.RECEIVED, bytes(String.valueOf(T0 + 3_600 * S)));
        String value =
                "{\"v\":1,\"id\":\"%s\",\"type\":\"%s\",\"at\":\"%s\",\"data\":%s}"
                        .formatted(
                                new UUID(0, number),
                                type,
                                second == Long.MAX_VALUE ? Instant.MAX : START.plusSeconds(second),
                                data);
        events.pipeInput(new TestRecord<>(bytes(VIN.value()), bytes(value), headers, START));
    }

    private void report(int number, long second, String code, String status) {
        report(
                number,
                "vehicle.dtc.report",
                second,
                "{\"codes\":[{\"code\":\"%s\",\"ecu\":\"ECM\",\"status\":\"%s\"}]}"
                        .formatted(code, status));
    }

    @Test
    void aTroubleCodeRaisesAnAlertUntilItIsGone() {
        rules.put(TestRules.fact(1, TestRules.dtc("P03*", "ECM"), Map.of()));
        report(1, 1, "P0420", "ACTIVE");
        report(2, 2, "P0301", "PENDING");
        report(3, "vehicle.crash", 3, "{\"codes\":[]}");
        report(4, "vehicle.dtc.report", 3, "nothing that is JSON");
        assertEquals(List.of(), told());
        report(5, 4, "P0301", "ACTIVE");
        AlertEvent raised = only(AlertStep.RAISED);
        assertEquals(START.plusSeconds(4), raised.at());
        assertEquals(Map.of("ECM/P0301", 1.0), raised.values());
        // Batches of signals, and the sweep, leave it alone.
        send(motion(5, FAST));
        driver.advanceWallClockTime(Duration.ofSeconds(400));
        report(5, 4, "P0301", "ACTIVE");
        assertEquals(List.of(), told());
        report(6, 6, "P0301", "STORED");
        AlertEvent cleared = only(AlertStep.CLEARED);
        assertEquals(raised.alert(), cleared.alert());
        assertEquals(ClearReason.CONDITION, cleared.reason());
        report(7, Long.MAX_VALUE, "P0301", "ACTIVE");
        assertEquals(START.plusSeconds(3_600), only(AlertStep.RAISED).at());
        assertEquals(0, metrics.get("telemetry.rules.failures").counter().count());
    }

    @Test
    void anAlertOfATroubleCodeEndsWithItsRule() {
        rules.put(TestRules.fact(1, TestRules.dtc("P0301", null), Map.of()));
        report(1, 1, "P0301", "ACTIVE");
        only(AlertStep.RAISED);
        rules.put(TestRules.fact(2, TestRules.dtc("P0301", null), Map.of()));
        report(2, 2, "P0301", "ACTIVE");
        List<AlertEvent> told = told();
        assertEquals(
                List.of(AlertStep.CLEARED, AlertStep.RAISED),
                told.stream().map(AlertEvent::step).toList());
        assertEquals(ClearReason.RULE_CHANGED, told.getFirst().reason());
        assertEquals(2, told.get(1).ruleVersion());
        RuleDefinition elsewhere =
                of(
                        TestRules.dtc("P0301", null),
                        true,
                        null,
                        new RuleScope(List.of("another"), null, null));
        rules.put(TestRules.fact(3, elsewhere, Map.of()));
        driver.advanceWallClockTime(Duration.ofSeconds(2));
        assertEquals(ClearReason.RULE_CHANGED, only(AlertStep.CLEARED).reason());
        report(3, 3, "P0301", "ACTIVE");
        assertEquals(List.of(), told());
    }

    @Test
    void silenceClearsByTheClockWithTheVehiclesTime() {
        save(1, of(fast(), true, 60_000L, null));
        send(motion(1, FAST));
        only(AlertStep.RAISED);
        driver.advanceWallClockTime(Duration.ofSeconds(50));
        assertEquals(List.of(), told());
        driver.advanceWallClockTime(Duration.ofSeconds(20));
        AlertEvent cleared = only(AlertStep.CLEARED);
        assertEquals(ClearReason.SILENCE, cleared.reason());
        assertEquals(START.plusSeconds(61), cleared.at());
    }

    @Test
    void aRuleThatFailsTellsAndRemembersNothingAndTheOthersBoth() {
        for (long failAt = 1; failAt <= 2; failAt++) {
            RuleId second = second();
            save(1, fast());
            metrics.failAt = failAt;
            send(motion(10 * failAt, FAST));
            String raised = only(AlertStep.RAISED).rule();
            String failed = raised.equals(second.value()) ? "a-rule" : second.value();
            send(motion(10 * failAt + 1, FAST));
            assertEquals(failed, only(AlertStep.RAISED).rule());
            assertEquals(
                    (double) failAt, metrics.get("telemetry.rules.failures").counter().count());
            send(motion(10 * failAt + 2, SLOW));
            assertEquals(
                    List.of(AlertStep.CLEARED, AlertStep.CLEARED),
                    told().stream().map(AlertEvent::step).toList());
        }
    }

    @Test
    void stateThatCannotBeReadStopsNeitherTheOtherRulesNorTheClock() {
        RuleDefinition silent = of(fast(), true, 60_000L, null);
        save(1, silent);
        send(motion(1, FAST));
        only(AlertStep.RAISED);
        KeyValueStore<byte[], byte[]> store = driver.getKeyValueStore(RuleProcessor.STORE);
        byte[] key = RuleProcessor.keyOf("acme/a-rule", VIN);
        store.put(key, Arrays.copyOf(store.get(key), store.get(key).length - 1));
        RuleId second = second();
        send(motion(2, FAST));
        assertEquals(second.value(), only(AlertStep.RAISED).rule());
        driver.advanceWallClockTime(Duration.ofSeconds(70));
        assertEquals(List.of(), told());
        send(motion(3, SLOW));
        assertEquals(second.value(), only(AlertStep.CLEARED).rule());
    }
}
