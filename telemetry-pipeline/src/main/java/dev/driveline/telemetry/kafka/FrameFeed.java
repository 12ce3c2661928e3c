package dev.driveline.telemetry.kafka;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.kafka.GroupReader;
import dev.driveline.runtime.kafka.GroupReader.Group;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.telemetry.fact.Facts;
import dev.driveline.telemetry.fact.KnownVehicle;
import dev.driveline.telemetry.frame.RawBatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Carries {@code telemetry.can} into the store of frames; storing a record again changes nothing.
 */
public final class FrameFeed {

    private static final int MAX_RECORDS = 1_000;
    private static final int MAX_FETCH_BYTES = 16 * 1024 * 1024;

    /** What came before frames were kept is not of interest. */
    private static final Group GROUP =
            Group.of("telemetry-frames", Topic.TELEMETRY_CAN)
                    .fromEnd()
                    .inPortions(MAX_RECORDS, MAX_FETCH_BYTES);

    private final Facts facts;

    private FrameFeed(Facts facts) {
        this.facts = facts;
    }

    /**
     * Starts the reader.
     *
     * @param facts whose vehicles are
     */
    public static GroupReader start(
            KafkaConfig kafka, Facts facts, Consumer<List<RawBatch>> store) {
        FrameFeed feed = new FrameFeed(facts);
        return GroupReader.start(kafka, GROUP, records -> store.accept(feed.batchesOf(records)));
    }

    private List<RawBatch> batchesOf(ConsumerRecords<byte[], byte[]> records) {
        List<RawBatch> batches = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            RawBatch batch = batchOf(record);
            if (batch != null) {
                batches.add(batch);
            }
        }
        return batches;
    }

    /** Null for what is no vehicle's or no tenant's; the intake says why it is not used. */
    private @Nullable RawBatch batchOf(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null || record.value() == null) {
            return null;
        }
        try {
            Vin vin = Vin.of(new String(record.key(), StandardCharsets.US_ASCII));
            KnownVehicle vehicle = facts.vehicle(vin);
            TenantId tenant = vehicle == null ? namedIn(record) : vehicle.tenant();
            if (tenant == null) {
                return null;
            }
            String received = text(record, Headers.RECEIVED);
            boolean told = received != null && received.matches("[1-9]\\d{0,15}");
            return new RawBatch(
                    vin,
                    tenant,
                    told ? Long.parseLong(received) : record.timestamp() * 1_000,
                    record.value());
        } catch (InvalidValueException nobodys) {
            return null;
        }
    }

    private static @Nullable TenantId namedIn(ConsumerRecord<byte[], byte[]> record) {
        String named = text(record, Headers.TENANT);
        return named == null ? null : TenantId.of(named);
    }

    private static @Nullable String text(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null
                ? null
                : new String(header.value(), StandardCharsets.UTF_8);
    }
}
