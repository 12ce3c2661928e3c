package dev.driveline.telemetry.stream;

import dev.driveline.contract.alert.AlertEvent;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What a rule remembers of a vehicle from now on, and what it tells. Nothing that can fail by a bug
 * of ours is left to do when there is one: what {@link #write} throws is Kafka's, and must end the
 * task, so that its transaction takes back both.
 *
 * @param before what the store has; null for nothing
 * @param after null for nothing
 * @param records in the order in which they are told
 */
record RuleOutcome(
        byte[] key, byte @Nullable [] before, byte @Nullable [] after, List<Told> records) {

    /** An event and its record. */
    record Told(AlertEvent event, Record<byte[], byte[]> record) {}

    static RuleOutcome of(
            byte[] key,
            byte @Nullable [] before,
            byte @Nullable [] after,
            List<AlertEvent> told,
            long timestampMs) {
        return new RuleOutcome(
                key,
                before,
                after,
                told.stream()
                        .map(event -> new Told(event, AlertRecords.of(event, timestampMs)))
                        .toList());
    }

    /** Of the task's thread. */
    void write(
            KeyValueStore<byte[], byte[]> store,
            ProcessorContext<byte[], byte[]> context,
            RuleMetrics metrics) {
        if (!Arrays.equals(after, before)) {
            store.put(key, after);
        }
        for (Told told : records) {
            context.forward(told.record(), RuleProcessor.ALERTS);
            metrics.told(told.event().step());
        }
    }
}
