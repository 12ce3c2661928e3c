package dev.driveline.gateway.kafka;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.vehicle.VehicleSession;
import dev.driveline.gateway.session.Resumable;
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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code vehicle.sessions}, read wholly into a {@link SessionTable} and written to. Thread-safe.
 *
 * <p>What this gateway writes is in the table at once; reading it back changes nothing, so that an
 * older record of ours never hides a newer one.
 */
public final class SessionLog implements Sessions, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SessionLog.class);

    private final UplinkProducer producer;
    private final RunId run;
    private final Clock clock;
    private final SessionTable table;
    private final Map<SessionId, Integer> onTheirWay = new ConcurrentHashMap<>();
    private final TailReader reader;
    private volatile Listener listener = (vin, session) -> {};

    /** Hears of records that another gateway wrote about a session. On the reader's thread. */
    @FunctionalInterface
    public interface Listener {
        void writtenElsewhere(Vin vin, SessionId session);
    }

    public SessionLog(
            KafkaConfig kafka,
            UplinkProducer producer,
            RunId run,
            Clock clock,
            MeterRegistry metrics) {
        this.producer = producer;
        this.run = run;
        this.clock = clock;
        this.table = new SessionTable(kafka.partitions(), producer::partitionOf);
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
                .addKeyValue("sessions", table.size())
                .addKeyValue("bytes", table.bytes())
                .addKeyValue("waitedMs", (System.nanoTime() - startedNs) / 1_000_000)
                .log();
    }

    public void listen(Listener newListener) {
        listener = newListener;
    }

    SessionTable table() {
        return table;
    }

    @Override
    public @Nullable Resumable find(Vin vin) {
        return table.find(vin, clock.instant());
    }

    @Override
    public void save(Vin vin, VehicleSession session, Confirmation confirmation) {
        SessionId id = session.session();
        table.put(vin, session);
        onTheirWay.merge(id, 1, Integer::sum);
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
                                        arrived(id);
                                        confirmation.lost(cause);
                                    }
                                }));
    }

    @Override
    public void forget(Vin vin, SessionId session) {
        table.remove(vin, session);
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
        if (record.value() == null) {
            table.remove(vin, session);
            return;
        }
        VehicleSession read = Json.read(record.value(), VehicleSession.class);
        if (read.run().equals(run)) {
            arrived(session);
            return;
        }
        if (!onTheirWay.containsKey(session)) {
            table.put(vin, read);
        }
        listener.writtenElsewhere(vin, session);
    }

    private void arrived(SessionId session) {
        onTheirWay.computeIfPresent(session, (id, count) -> count == 1 ? null : count - 1);
    }
}
