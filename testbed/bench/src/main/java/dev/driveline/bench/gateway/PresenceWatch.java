package dev.driveline.bench.gateway;

import dev.driveline.contract.gateway.Heartbeat;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.TailReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code vehicle.presence} as everybody else must: the last ONLINE in log order owns, an
 * OFFLINE counts with the owner's session only. Thread-safe.
 */
final class PresenceWatch implements AutoCloseable {

    private final Map<String, Presence> owners = new ConcurrentHashMap<>();
    private final Map<Integer, RunId> runs = new ConcurrentHashMap<>();
    private final List<TailReader> readers;

    PresenceWatch(KafkaConfig kafka) {
        readers =
                List.of(
                        tail(kafka, Topic.VEHICLE_PRESENCE, kafka.partitions(), this::presence),
                        tail(kafka, Topic.GATEWAY_HEARTBEATS, 1, this::heartbeat));
    }

    private static TailReader tail(
            KafkaConfig kafka, Topic topic, int partitions, TailReader.Handler handler) {
        return TailReader.start(
                "watch-" + topic.baseName(),
                kafka.consumer("watch"),
                kafka.prefix().of(topic),
                IntStream.range(0, partitions).boxed().toList(),
                TailReader.From.BEGINNING,
                handler);
    }

    private void presence(ConsumerRecord<byte[], byte[]> record) {
        String vin = new String(record.key(), StandardCharsets.US_ASCII);
        Presence said = Json.read(record.value(), Presence.class);
        owners.merge(vin, said, PresenceWatch::owner);
    }

    private static Presence owner(Presence before, Presence said) {
        return switch (said) {
            case Presence.Online online -> online;
            case Presence.Offline offline ->
                    offline.session().equals(before.session()) ? offline : before;
        };
    }

    private void heartbeat(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() != null) {
            Heartbeat heartbeat = Json.read(record.value(), Heartbeat.class);
            runs.put(heartbeat.slot(), heartbeat.run());
        }
    }

    /**
     * What is wrong.
     *
     * @param fleet every VIN that ever connected
     * @param where the slot in whose gateway a vehicle is; a VIN that is missing is not connected
     * @return kind of fault and one example of it, with how often it was found
     */
    Map<String, Integer> faults(List<String> fleet, Map<String, Integer> where) {
        Map<String, Integer> found = new TreeMap<>();
        for (String vin : fleet) {
            String fault = fault(owners.get(vin), where.get(vin));
            if (fault != null) {
                found.merge(fault, 1, Integer::sum);
            }
        }
        return found;
    }

    private @Nullable String fault(@Nullable Presence said, @Nullable Integer slot) {
        if (slot == null) {
            return said instanceof Presence.Online online
                    ? "ONLINE in slot " + online.slot() + ", but not connected"
                    : null;
        }
        if (!(said instanceof Presence.Online online)) {
            return said instanceof Presence.Offline offline
                    ? "OFFLINE (" + offline.cause() + "), but connected to slot " + slot
                    : "connected to slot " + slot + ", and no record at all";
        }
        if (online.slot() != slot) {
            return "ONLINE in slot " + online.slot() + ", but connected to slot " + slot;
        }
        RunId run = runs.get(slot);
        return online.run().equals(run)
                ? null
                : "ONLINE in slot " + slot + " in a run that has ended";
    }

    /** How many are ONLINE or OFFLINE by the log, for a line of progress. */
    Map<String, Integer> summary() {
        Map<String, Integer> summary = new HashMap<>();
        for (Presence said : new ArrayList<>(owners.values())) {
            summary.merge(said.getClass().getSimpleName(), 1, Integer::sum);
        }
        return summary;
    }

    @Override
    public void close() {
        readers.forEach(TailReader::close);
    }
}
