package dev.driveline.telemetry.stream;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.telemetry.fact.Facts;
import dev.driveline.telemetry.intake.Intake;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/**
 * The topology: {@code telemetry.can} and {@code telemetry.signals.raw} → {@link IntakeProcessor} →
 * {@code telemetry.signals} or {@code telemetry.rejected}; what is accepted goes on to {@link
 * RuleProcessor} → {@code telemetry.alerts}, where {@link CodeProcessor} writes what becomes of
 * {@code vehicle.events}, too; what control units on J1939 buses say of their trouble codes goes
 * there. Everything is bytes on its way, so that nothing fails before the processor has a say.
 */
final class CanTopology {

    private static final String SOURCE = "can";
    private static final String SIGNAL_SOURCE = "signals-raw";
    private static final String EVENT_SOURCE = "vehicle-events";
    private static final String INTAKE = "intake";

    private CanTopology() {}

    static Topology of(TopicPrefix prefix, Facts facts, RuleStage rules, IntakeMetrics metrics) {
        ByteArraySerializer serializer = new ByteArraySerializer();
        ByteArrayDeserializer deserializer = new ByteArrayDeserializer();
        return new Topology()
                .addSource(SOURCE, deserializer, deserializer, prefix.of(Topic.TELEMETRY_CAN))
                .addSource(
                        SIGNAL_SOURCE,
                        deserializer,
                        deserializer,
                        prefix.of(Topic.TELEMETRY_SIGNALS_RAW))
                .addProcessor(
                        INTAKE,
                        () ->
                                new IntakeProcessor(
                                        new Intake(facts),
                                        prefix.of(Topic.TELEMETRY_SIGNALS_RAW),
                                        metrics),
                        SOURCE,
                        SIGNAL_SOURCE)
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(ProgressStore.NAME),
                                Serdes.ByteArray(),
                                Serdes.ByteArray()),
                        INTAKE)
                .addSink(
                        IntakeProcessor.SAMPLES,
                        prefix.of(Topic.TELEMETRY_SIGNALS),
                        serializer,
                        serializer,
                        INTAKE)
                .addSink(
                        IntakeProcessor.REJECTED,
                        prefix.of(Topic.TELEMETRY_REJECTED),
                        serializer,
                        serializer,
                        INTAKE)
                .addSink(
                        IntakeProcessor.CODES,
                        prefix.of(Topic.VEHICLE_EVENTS),
                        serializer,
                        serializer,
                        INTAKE)
                .addProcessor(RuleProcessor.NAME, () -> new RuleProcessor(facts, rules), INTAKE)
                .addSource(
                        EVENT_SOURCE, deserializer, deserializer, prefix.of(Topic.VEHICLE_EVENTS))
                .addProcessor(
                        CodeProcessor.NAME, () -> new CodeProcessor(facts, rules), EVENT_SOURCE)
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(RuleProcessor.STORE),
                                Serdes.ByteArray(),
                                Serdes.ByteArray()),
                        RuleProcessor.NAME,
                        CodeProcessor.NAME)
                .addSink(
                        RuleProcessor.ALERTS,
                        prefix.of(Topic.TELEMETRY_ALERTS),
                        serializer,
                        serializer,
                        RuleProcessor.NAME,
                        CodeProcessor.NAME);
    }
}
