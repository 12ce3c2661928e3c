package dev.driveline.telemetry.stream;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.contract.vehicle.Rejection;
import dev.driveline.runtime.json.Json;
import dev.driveline.telemetry.fact.FactsUnavailableException;
import dev.driveline.telemetry.intake.Intake;
import dev.driveline.telemetry.intake.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@link Intake} over the records of one partition of both topics and sends on the outcome.
 */
final class IntakeProcessor implements Processor<byte[], byte[], byte[], Object> {

    static final String SAMPLES = "samples";
    static final String REJECTED = "rejected";
    static final String CODES = "codes";

    private static final Logger LOG = LoggerFactory.getLogger(IntakeProcessor.class);
    private static final Duration FORGET_EVERY = Duration.ofHours(6);
    private static final String SCHEMA = "SampleBatch/1";
    private static final int MAX_DETAIL_CHARACTERS = 1_000;

    private final Intake intake;
    private final String signalTopic;
    private final IntakeMetrics metrics;
    private @Nullable ProcessorContext<byte[], Object> context;
    private @Nullable ProgressStore progress;

    /**
     * @param signalTopic whose records are {@code SignalBatch}; the others are {@code CanBatch}
     */
    IntakeProcessor(Intake intake, String signalTopic, IntakeMetrics metrics) {
        this.intake = intake;
        this.signalTopic = signalTopic;
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<byte[], Object> initialised) {
        context = initialised;
        ProgressStore store = new ProgressStore(initialised.getStateStore(ProgressStore.NAME));
        progress = store;
        initialised.schedule(
                FORGET_EVERY, PunctuationType.WALL_CLOCK_TIME, nowMs -> forget(store, nowMs));
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Outcome outcome = requireNonNull(metrics.time().record(() -> outcomeOf(record)));
        metrics.count(outcome);
        ProcessorContext<byte[], Object> to = requireNonNull(context);
        switch (outcome) {
            case Outcome.Accepted accepted -> {
                to.forward(samples(record, accepted), SAMPLES);
                accepted.codes()
                        .events()
                        .forEach(
                                event -> to.forward(codes(record, accepted.batch(), event), CODES));
                to.forward(record.withValue(accepted), RuleProcessor.NAME);
            }
            case Outcome.Duplicate _ -> {
                // Dropped; it was counted.
            }
            case Outcome.Rejected rejected -> to.forward(refused(record, rejected), REJECTED);
        }
    }

    /**
     * A record that trips over a fault of ours is rejected, too: it must not stop its partition. A
     * failure of Kafka or of the state store is no fault of the record and stops the thread.
     */
    private Outcome outcomeOf(Record<byte[], byte[]> record) {
        byte[] value = record.value();
        if (value == null) {
            return new Outcome.Rejected(Rejection.MALFORMED, "the record has no value");
        }
        try {
            ProgressStore store = requireNonNull(progress);
            return areSignals()
                    ? intake.takeSignals(record.key(), value, receivedUs(record), store)
                    : intake.take(record.key(), value, receivedUs(record), store);
        } catch (FactsUnavailableException | KafkaException infrastructure) {
            throw infrastructure;
        } catch (RuntimeException bug) {
            LOG.atError().setMessage("batch rejected after a failure").setCause(bug).log();
            return new Outcome.Rejected(Rejection.MALFORMED, "it could not be read: " + bug);
        }
    }

    private boolean areSignals() {
        return requireNonNull(context)
                .recordMetadata()
                .map(from -> from.topic().equals(signalTopic))
                .orElse(false);
    }

    private static Record<byte[], Object> samples(
            Record<byte[], byte[]> record, Outcome.Accepted accepted) {
        RecordHeaders headers = new RecordHeaders();
        headers.add(Headers.SCHEMA, bytes(SCHEMA));
        headers.add(Headers.RECEIVED, bytes(String.valueOf(accepted.batch().getRecvUs())));
        String tenant =
                accepted.tenant() == null
                        ? text(record, Headers.TENANT)
                        : accepted.tenant().value();
        if (tenant != null) {
            headers.add(Headers.TENANT, bytes(tenant));
        }
        return new Record<>(
                record.key(), accepted.batch().toByteArray(), record.timestamp(), headers);
    }

    private static Record<byte[], Object> codes(
            Record<byte[], byte[]> record, SampleBatch batch, Outcome.CodeEvent event) {
        String vin = new String(record.key(), StandardCharsets.US_ASCII);
        Instant at = Instant.EPOCH.plus(event.tUs(), ChronoUnit.MICROS);
        RecordHeaders headers = new RecordHeaders();
        headers.add(Headers.EVENT_ID, bytes(event.id().toString()));
        headers.add(Headers.EVENT_SOURCE, bytes("/telemetry"));
        headers.add(Headers.EVENT_SPEC_VERSION, bytes("1.0"));
        headers.add(Headers.EVENT_TYPE, bytes(EventTypes.CODES_HEARD));
        headers.add(Headers.EVENT_TIME, bytes(at.toString()));
        headers.add(Headers.EVENT_SUBJECT, bytes(vin));
        headers.add(Headers.CONTENT_TYPE, bytes("application/json"));
        headers.add(Headers.RECEIVED, bytes(String.valueOf(batch.getRecvUs())));
        return new Record<>(record.key(), Json.bytes(event.data()), record.timestamp(), headers);
    }

    /** The original, its headers kept. */
    private static Record<byte[], Object> refused(
            Record<byte[], byte[]> record, Outcome.Rejected rejected) {
        RecordHeaders headers = new RecordHeaders(record.headers());
        headers.remove(Headers.REASON).remove(Headers.DETAIL);
        String detail = rejected.detail();
        headers.add(Headers.REASON, bytes(rejected.reason().name()));
        headers.add(
                Headers.DETAIL,
                bytes(detail.substring(0, Math.min(detail.length(), MAX_DETAIL_CHARACTERS))));
        return new Record<>(record.key(), record.value(), record.timestamp(), headers);
    }

    /** The gateway's word; without one, the time of the record. */
    private static long receivedUs(Record<byte[], byte[]> record) {
        String text = text(record, Headers.RECEIVED);
        if (text != null && text.matches("[1-9]\\d{0,15}")) {
            return Long.parseLong(text);
        }
        return record.timestamp() * 1_000;
    }

    private static @Nullable String text(Record<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null
                ? null
                : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void forget(ProgressStore store, long nowMs) {
        int forgotten = store.forgetOutdated(nowMs);
        LOG.atInfo().setMessage("silent boots forgotten").addKeyValue("boots", forgotten).log();
    }
}
