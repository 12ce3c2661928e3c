package dev.driveline.telemetry.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.sample.StoredBatch;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads records of {@code telemetry.signals}, which only this service writes. */
final class SignalRecords {

    private static final Logger LOG = LoggerFactory.getLogger(SignalRecords.class);
    private static final int SCHEMA = 1;

    private SignalRecords() {}

    /** The record's batch; null, and an error in the log, where it is none that can be read. */
    static @Nullable StoredBatch read(ConsumerRecord<byte[], byte[]> record) {
        try {
            SampleBatch batch = SampleBatch.parseFrom(record.value());
            if (batch.getSchema() != SCHEMA) {
                throw new IllegalArgumentException("schema is " + batch.getSchema());
            }
            return new StoredBatch(
                    Vin.of(new String(record.key(), StandardCharsets.US_ASCII)), batch);
        } catch (InvalidProtocolBufferException | RuntimeException unreadable) {
            LOG.atError()
                    .setMessage("record of telemetry.signals passed over")
                    .addKeyValue("partition", record.partition())
                    .addKeyValue("offset", record.offset())
                    .setCause(unreadable)
                    .log();
            return null;
        }
    }
}
