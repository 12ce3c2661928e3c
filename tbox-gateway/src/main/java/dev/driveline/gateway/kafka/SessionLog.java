package dev.driveline.gateway.kafka;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.vehicle.VehicleSession;
import dev.driveline.gateway.session.Resumable;
import dev.driveline.gateway.session.SessionMemory;
import dev.driveline.gateway.session.SessionTable;
import dev.driveline.gateway.session.Sessions;
import dev.driveline.gateway.uplink.Parcel;
import dev.driveline.gateway.uplink.Parcels;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.TailReader;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code vehicle.sessions}, read wholly into a {@link SessionMemory} and written to. Thread-safe.
 */
public final class SessionLog implements Sessions, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SessionLog.class);

    private final UplinkProducer producer;
    private final Clock clock;
    private final SessionMemory memory;
    private final TailReader reader;
    private volatile @Nullable Listener listener;

    /** Hears of what was read. On the reader's thread. */
    public interface Listener {
        /** Another gateway wrote about a session. */
        void writtenElsewhere(Vin vin, SessionId session);

        /**
         * A session's first record was read back.
         *
         * @param left what the connections before it left; null where nothing newer was read than
         *     what it was resumed from
         */
        void caughtUp(Vin vin, SessionId session, @Nullable Resumable left);
    }

    public SessionLog(
            KafkaConfig kafka,
            UplinkProducer producer,
            RunId run,
            Clock clock,
            MeterRegistry metrics) {
        this.producer = producer;
        this.clock = clock;
        SessionTable table = new SessionTable(kafka.partitions(), producer::partitionOf);
        this.memory = new SessionMemory(run, table);
        Gauge.builder("gateway.sessions.remembered", table, SessionTable::size)
                .description("sessions that can be resumed, of all gateways")
                .register(metrics);
        Gauge.builder("gateway.sessions.remembered.bytes", table, SessionTable::bytes)
                .register(metrics);
        this.reader =
                TailReader.start(
                        "gateway-sessions",
                        kafka.consumer("gateway-sessions"),
                        kafka.prefix().of(Topic.VEHICLE_SESSIONS),
                        IntStream.range(0, kafka.partitions()).boxed().toList(),
                        TailReader.From.BEGINNING,
                        this::read);
    }

    public void awaitCaughtUp(Duration limit) throws InterruptedException {
        long startedNs = System.nanoTime();
        reader.awaitCaughtUp(limit);
        LOG.atInfo()
                .setMessage("sessions read")
                .addKeyValue("sessions", memory.table().size())
                .addKeyValue("bytes", memory.table().bytes())
                .addKeyValue("waitedMs", (System.nanoTime() - startedNs) / 1_000_000)
                .log();
    }

    public void listen(Listener newListener) {
        listener = newListener;
    }

    SessionMemory memory() {
        return memory;
    }

    @Override
    public @Nullable Resumable find(Vin vin) {
        return memory.find(vin, clock.instant());
    }

    @Override
    public void save(Vin vin, VehicleSession session, boolean first, Confirmation confirmation) {
        SessionId id = session.session();
        memory.writing(vin, session, first);
        var _ =
                producer.send(
                        Parcels.session(
                                vin,
                                id,
                                session,
                                new Parcel.Outcome() {
                                    @Override
                                    public void stored(long offset) {
                                        confirmation.saved();
                                    }

                                    @Override
                                    public void lost(Exception cause) {
                                        memory.arrived(id);
                                        confirmation.lost(cause);
                                    }
                                }));
    }

    @Override
    public void forget(Vin vin, SessionId session) {
        memory.removing(vin, session);
        var _ = producer.send(Parcels.session(vin, session, null, Parcel.NO_MATTER));
    }

    @Override
    public void close() {
        reader.close();
    }

    private void read(ConsumerRecord<byte[], byte[]> record) {
        String key = new String(record.key(), StandardCharsets.US_ASCII);
        Vin vin = Vin.of(key.substring(0, Vin.LENGTH));
        SessionId session = SessionId.parse(key.substring(Vin.LENGTH + 1));
        VehicleSession read =
                record.value() == null ? null : Json.read(record.value(), VehicleSession.class);
        SessionMemory.Reading reading = memory.read(vin, session, read);
        Listener hears = listener;
        if (hears == null) {
            return;
        }
        switch (reading) {
            case SessionMemory.Reading.Nothing _ -> {}
            case SessionMemory.Reading.WrittenElsewhere elsewhere ->
                    hears.writtenElsewhere(vin, elsewhere.session());
            case SessionMemory.Reading.CaughtUp caughtUp ->
                    hears.caughtUp(vin, caughtUp.session(), caughtUp.left());
        }
    }
}
