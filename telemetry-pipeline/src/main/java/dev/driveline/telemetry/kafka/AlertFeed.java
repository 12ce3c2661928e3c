package dev.driveline.telemetry.kafka;

import dev.driveline.contract.alert.AlertEvent;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import dev.driveline.runtime.kafka.GroupReader;
import dev.driveline.runtime.kafka.GroupReader.Group;
import dev.driveline.runtime.kafka.KafkaConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries {@code telemetry.alerts} into the store; storing a record again changes nothing. */
public final class AlertFeed {

    private static final Logger LOG = LoggerFactory.getLogger(AlertFeed.class);
    private static final Group GROUP = Group.of("telemetry-alerts", Topic.TELEMETRY_ALERTS);
    private static final long FORGET_EVERY_NS = TimeUnit.HOURS.toNanos(1);

    private final Consumer<List<AlertEvent>> store;
    private final Runnable forget;
    private long nextForgetNs = System.nanoTime();

    private AlertFeed(Consumer<List<AlertEvent>> store, Runnable forget) {
        this.store = store;
        this.forget = forget;
    }

    /**
     * Starts the reader.
     *
     * @param forget deletes alerts that are too old; called every hour
     */
    public static GroupReader start(
            KafkaConfig kafka, Consumer<List<AlertEvent>> store, Runnable forget) {
        AlertFeed feed = new AlertFeed(store, forget);
        return GroupReader.start(kafka, GROUP, feed::take, feed::forgetHourly);
    }

    private void forgetHourly() {
        if (System.nanoTime() - nextForgetNs >= 0) {
            nextForgetNs = System.nanoTime() + FORGET_EVERY_NS;
            forget.run();
        }
    }

    private void take(ConsumerRecords<byte[], byte[]> records) {
        List<AlertEvent> events = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.value() == null) {
                continue;
            }
            try {
                events.add(Json.read(record.value(), AlertEvent.class));
            } catch (MalformedJsonException unreadable) {
                LOG.atError()
                        .setMessage("record of telemetry.alerts passed over")
                        .addKeyValue("partition", record.partition())
                        .addKeyValue("offset", record.offset())
                        .setCause(unreadable)
                        .log();
            }
        }
        store.accept(events);
    }
}
