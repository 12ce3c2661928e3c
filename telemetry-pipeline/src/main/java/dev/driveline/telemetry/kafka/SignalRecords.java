package dev.driveline.telemetry.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.sample.StoredBatch;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads records of {@code telemetry.signals}, which only this service writes: what cannot be read
 * is a fault of ours, an error in the log, and null here, so that it stops nobody.
 */
final class SignalRecords {

    private static final Logger LOG = LoggerFactory.getLogger(SignalRecords.class);
    private static final int SCHEMA = 1;

    private SignalRecords() {}

    static @Nullable SampleBatch batch(ConsumerRecord<byte[], byte[]> record) {
        try {
            return parse(record);
        } catch (InvalidProtocolBufferException | IllegalArgumentException unreadable) {
            report(record, unreadable);
            return null;
        }
    }

    static @Nullable StoredBatch storedBatch(ConsumerRecord<byte[], byte[]> record) {
        try {
            SampleBatch batch = parse(record);
            Vin vin = Vin.of(new String(record.key(), StandardCharsets.US_ASCII));
            return StoredBatch.of(vin, tenantOf(record), batch);
        } catch (InvalidProtocolBufferException | IllegalArgumentException unreadable) {
            report(record, unreadable);
            return null;
        }
    }

    private static @Nullable TenantId tenantOf(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(Headers.TENANT);
        return header == null || header.value() == null
                ? null
                : TenantId.of(new String(header.value(), StandardCharsets.UTF_8));
    }

    private static SampleBatch parse(ConsumerRecord<byte[], byte[]> record)
            throws InvalidProtocolBufferException {
        if (record.key() == null || record.value() == null) {
            throw new IllegalArgumentException("the record has no key or no value");
        }
        SampleBatch batch = SampleBatch.parseFrom(record.value());
        if (batch.getSchema() != SCHEMA) {
            throw new IllegalArgumentException("schema is " + batch.getSchema());
        }
        return batch;
    }

    private static void report(ConsumerRecord<byte[], byte[]> record, Exception unreadable) {
        LOG.atError()
                .setMessage("record of telemetry.signals passed over")
                .addKeyValue("partition", record.partition())
                .addKeyValue("offset", record.offset())
                .setCause(unreadable)
                .log();
    }
}
