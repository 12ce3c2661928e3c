package dev.driveline.bench.gateway;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.vehicle.VehicleSession;
import dev.driveline.gateway.uplink.Parcel;
import dev.driveline.gateway.uplink.Parcels;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.simulator.load.Fleet;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/** A fleet's sessions in {@code vehicle.sessions}, as gateways that are gone have left them. */
record StoredSessions(double bytesEach) {

    private static final long DAY_S = 86_400;

    static StoredSessions write(KafkaConfig kafka, int count) {
        long bytes = 0;
        String topic = kafka.prefix().of(Topic.VEHICLE_SESSIONS);
        RunId run = new RunId(1);
        Instant now = Instant.now();
        try (KafkaProducer<byte[], byte @Nullable []> producer =
                new KafkaProducer<>(kafka.producer("bench-sessions"))) {
            for (int i = 0; i < count; i++) {
                Vin vin = Fleet.vin(i);
                SessionId session = new SessionId(i + 1);
                Parcel parcel =
                        Parcels.session(vin, session, left(session, run, now), Parcel.NO_MATTER);
                int partition =
                        Utils.toPositive(Utils.murmur2(Parcels.key(vin))) % kafka.partitions();
                bytes += parcel.bytes();
                var _ =
                        producer.send(
                                new ProducerRecord<>(
                                        topic, partition, parcel.key(), parcel.value()));
            }
        }
        return new StoredSessions((double) bytes / count);
    }

    /** One that subscribed to everything, and has nothing under way. */
    private static VehicleSession left(SessionId session, RunId run, Instant at) {
        return new VehicleSession(
                session,
                run,
                1,
                null,
                true,
                List.of("#"),
                DAY_S,
                at,
                List.of(),
                List.of(),
                null,
                null);
    }
}
