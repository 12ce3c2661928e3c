package dev.driveline.telemetry.kafka;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.Erasure;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import dev.driveline.runtime.kafka.GroupReader;
import dev.driveline.runtime.kafka.GroupReader.Group;
import dev.driveline.runtime.kafka.KafkaConfig;
import java.util.function.ToIntFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what {@code registry.erasures} obliges to. */
public final class ErasureFeed {

    private static final Logger LOG = LoggerFactory.getLogger(ErasureFeed.class);
    private static final Group GROUP = Group.of("telemetry-erasures", Topic.REGISTRY_ERASURES);

    private final ToIntFunction<Erasure> forget;

    private ErasureFeed(ToIntFunction<Erasure> forget) {
        this.forget = forget;
    }

    /**
     * Starts the reader.
     *
     * @param forget deletes all of a vehicle, and gives the number of rows
     */
    public static GroupReader start(KafkaConfig kafka, ToIntFunction<Erasure> forget) {
        ErasureFeed feed = new ErasureFeed(forget);
        return GroupReader.start(kafka, GROUP, feed::take);
    }

    private void take(ConsumerRecords<byte[], byte[]> records) {
        records.forEach(this::take);
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Erasure erasure;
        try {
            erasure = Json.read(record.value(), Erasure.class);
        } catch (MalformedJsonException unreadable) {
            LOG.atError()
                    .setMessage("record of registry.erasures passed over")
                    .addKeyValue("partition", record.partition())
                    .addKeyValue("offset", record.offset())
                    .setCause(unreadable)
                    .log();
            return;
        }
        int rows = forget.applyAsInt(erasure);
        LOG.atInfo()
                .setMessage("vehicle erased")
                .addKeyValue("pseudonym", erasure.pseudonym())
                .addKeyValue("rows", rows)
                .log();
    }
}
