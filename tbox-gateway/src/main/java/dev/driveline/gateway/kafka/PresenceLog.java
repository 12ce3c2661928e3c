package dev.driveline.gateway.kafka;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.vehicle.OfflineCause;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.gateway.presence.Announcement;
import dev.driveline.gateway.uplink.Parcel;
import dev.driveline.gateway.uplink.Parcels;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.TailReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code vehicle.presence}, read wholly and written to. Thread-safe.
 *
 * <p>After a restart in the same slot, the vehicles that the former run left ONLINE are declared
 * OFFLINE(GATEWAY_LOST): its connections cannot have outlived it.
 */
public final class PresenceLog implements Announcement, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PresenceLog.class);

    private final UplinkProducer producer;
    private final int slot;
    private final RunId run;
    private final Map<Vin, Presence.Online> leftOver = new ConcurrentHashMap<>();
    private final TailReader reader;
    private volatile boolean lookingForLeftOvers = true;
    private volatile @Nullable Listener listener;

    /** Hears of every ONLINE in the log. Called on the reader's thread. */
    @FunctionalInterface
    public interface Listener {
        void online(Vin vin, long offset, Presence.Online online);
    }

    public PresenceLog(KafkaConfig kafka, UplinkProducer producer, int slot, RunId run) {
        this.producer = producer;
        this.slot = slot;
        this.run = run;
        this.reader =
                TailReader.start(
                        "gateway-presence",
                        kafka.consumer("gateway-presence"),
                        kafka.prefix().of(Topic.VEHICLE_PRESENCE),
                        IntStream.range(0, kafka.partitions()).boxed().toList(),
                        TailReader.From.BEGINNING,
                        this::read);
    }

    /** Waits until the log was read to its end, then declares lost what the former run left. */
    public void settle(Duration limit, Clock clock) throws InterruptedException {
        reader.awaitCaughtUp(limit);
        lookingForLeftOvers = false;
        Map<Vin, Presence.Online> lost = new HashMap<>(leftOver);
        leftOver.clear();
        lost.forEach((vin, online) ->
                announce(
                        vin,
                        new Presence.Offline(
                                online.session(),
                                online.run(),
                                OfflineCause.GATEWAY_LOST,
                                clock.instant()),
                        () -> true,
                        offset -> {}));
        LOG.atInfo().setMessage("presence read").addKeyValue("leftOver", lost.size()).log();
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
        if (record.value() == null) {
            return;
        }
        Vin vin = Vin.of(new String(record.key(), StandardCharsets.US_ASCII));
        Presence presence = Json.read(record.value(), Presence.class);
        if (lookingForLeftOvers) {
            look(vin, presence);
        }
        Listener current = listener;
        if (current != null && presence instanceof Presence.Online online) {
            current.online(vin, record.offset(), online);
        }
    }

    private void look(Vin vin, Presence presence) {
        switch (presence) {
            case Presence.Online online -> {
                if (online.slot() == slot && !online.run().equals(run)) {
                    leftOver.put(vin, online);
                } else {
                    leftOver.remove(vin);
                }
            }
            case Presence.Offline offline -> {
                Presence.Online known = leftOver.get(vin);
                if (known != null && known.session().equals(offline.session())) {
                    leftOver.remove(vin);
                }
            }
        }
    }
}
