package dev.driveline.gateway.kafka;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.gateway.presence.Announcement;
import dev.driveline.gateway.uplink.Parcel;
import dev.driveline.gateway.uplink.Parcels;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.TailReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * {@code vehicle.presence}, written to, and read from where it ended when this gateway started: who
 * was connected before is another gateway's matter, or the {@link Caretaker}'s. Thread-safe.
 */
public final class PresenceLog implements Announcement, AutoCloseable {

    private static final int GATHERED_BYTES = 64 * 1024;
    private static final int GATHERED_MS = 50;

    private final UplinkProducer producer;
    private final TailReader reader;
    private volatile Listener listener = (vin, offset, presence) -> {};

    /** Hears of every record in the log. Called on the reader's thread. */
    @FunctionalInterface
    public interface Listener {
        void read(Vin vin, long offset, Presence presence);
    }

    public PresenceLog(KafkaConfig kafka, UplinkProducer producer) {
        this.producer = producer;
        this.reader =
                TailReader.start(
                        "gateway-presence",
                        gathered(kafka.consumer("gateway-presence")),
                        kafka.prefix().of(Topic.VEHICLE_PRESENCE),
                        IntStream.range(0, kafka.partitions()).boxed().toList(),
                        TailReader.From.END,
                        this::read);
    }

    /** In a storm one fetch brings many records, not each its own. */
    private static Map<String, Object> gathered(Map<String, Object> consumer) {
        consumer.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, GATHERED_BYTES);
        consumer.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, GATHERED_MS);
        return consumer;
    }

    public void listen(Listener newListener) {
        this.listener = newListener;
    }

    @Override
    public void announce(Vin vin, Presence presence, BooleanSupplier wanted, LongConsumer stored) {
        var _ =
                producer.send(
                        Parcels.presence(
                                vin,
                                presence,
                                new Parcel.Outcome() {
                                    @Override
                                    public boolean wanted() {
                                        return wanted.getAsBoolean();
                                    }

                                    @Override
                                    public void stored(long offset) {
                                        stored.accept(offset);
                                    }

                                    @Override
                                    public void lost(Exception cause) {}
                                }));
    }

    @Override
    public long readOffset(Vin vin) {
        return reader.position(producer.partitionOf(vin));
    }

    @Override
    public void close() {
        reader.close();
    }

    private void read(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() != null) {
            Vin vin = Vin.of(new String(record.key(), StandardCharsets.US_ASCII));
            Presence presence = Json.read(record.value(), Presence.class);
            listener.read(vin, record.offset(), presence);
        }
    }
}
