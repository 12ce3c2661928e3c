package dev.driveline.gateway.kafka;

import dev.driveline.contract.gateway.Heartbeat;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.contract.vehicle.OfflineCause;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.contract.vehicle.VehicleSession;
import dev.driveline.gateway.presence.RunRoll;
import dev.driveline.gateway.session.SessionTable;
import dev.driveline.gateway.uplink.Parcel;
import dev.driveline.gateway.uplink.Parcels;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.LogScan;
import dev.driveline.runtime.kafka.TailReader;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one of the gateways must do for all vehicles of its partitions: declare the sessions of a
 * lost run OFFLINE(GATEWAY_LOST), publish deferred wills that are due, remove sessions that are
 * over.
 *
 * <p>A lost run's sessions are looked up in the log when it is lost, so that nobody needs to hold
 * every vehicle's presence in memory. All of it may be done twice, by two gateways that each think
 * they hold a partition: an OFFLINE counts only with the owner's session.
 */
public final class Caretaker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Caretaker.class);
    private static final Duration MIN_DEFERRAL = Duration.ofSeconds(60);

    /** Of the ids of events about sessions: 1 opened, 2 closed, 3 lost. */
    private static final long LOST = 3;

    private static final Duration SCAN_LIMIT = Duration.ofMinutes(5);
    private static final long PERIOD_MS = 1_000;

    private final KafkaConfig kafka;
    private final UplinkProducer producer;
    private final SessionTable sessions;
    private final RunId run;
    private final int slot;
    private final Clock clock;
    private final RunRoll roll;
    private final Set<Integer> toLookAt = new HashSet<>();
    private final Counter declaredLost;
    private final Counter deferredWills;
    private final TailReader heartbeats;
    private final HeldPartitions partitions;
    private final ScheduledExecutorService worker =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("gateway-caretaker").factory());

    public Caretaker(
            KafkaConfig kafka,
            UplinkProducer producer,
            SessionLog sessions,
            RunId run,
            int slot,
            Clock clock,
            MeterRegistry metrics) {
        this.kafka = kafka;
        this.producer = producer;
        this.sessions = sessions.memory().table();
        this.run = run;
        this.slot = slot;
        this.clock = clock;
        this.roll = new RunRoll(run);
        this.declaredLost = Counter.builder("gateway.sessions.declared.lost").register(metrics);
        this.deferredWills = Counter.builder("gateway.wills.deferred.fired").register(metrics);
        this.heartbeats =
                TailReader.start(
                        "gateway-heartbeats",
                        kafka.consumer("gateway-heartbeats"),
                        kafka.prefix().of(Topic.GATEWAY_HEARTBEATS),
                        List.of(0),
                        TailReader.From.BEGINNING,
                        record -> {
                            if (record.value() != null) {
                                Heartbeat beat = Json.read(record.value(), Heartbeat.class);
                                worker.execute(() -> heard(beat));
                            }
                        });
        this.partitions =
                new HeldPartitions(kafka, added -> worker.execute(() -> declareLost(added)));
        var _ =
                worker.scheduleWithFixedDelay(
                        this::tick, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    /**
     * Ends the former runs of this slot, which cannot have outlived this one, for all vehicles:
     * without waiting until their death is noticed and their partitions change hands.
     */
    public void succeed(Duration limit) throws InterruptedException {
        heartbeats.awaitCaughtUp(limit);
        worker.execute(() -> {
            roll.heard(run, slot, false);
            declareLost(IntStream.range(0, kafka.partitions()).boxed().toList());
        });
    }

    @Override
    public void close() {
        // Who hands it work first.
        heartbeats.close();
        partitions.close();
        worker.shutdownNow();
    }

    private void heard(Heartbeat beat) {
        Set<RunId> died = roll.heard(beat.run(), beat.slot(), beat.ended());
        if (!died.isEmpty()) {
            LOG.atInfo().setMessage("gateway runs ended").addKeyValue("runs", died).log();
            declareLost(partitions.held());
        }
    }

    /** Looks at the presence of all vehicles in these partitions. */
    private void declareLost(Collection<Integer> which) {
        toLookAt.addAll(which);
        List<Integer> now = List.copyOf(toLookAt);
        if (lookAt(now)) {
            now.forEach(toLookAt::remove);
        }
    }

    /**
     * @return false where Kafka did not let us: to be tried again
     */
    private boolean lookAt(Collection<Integer> which) {
        try {
            Map<Vin, Presence.Online> lost = new HashMap<>();
            LogScan.scan(
                    kafka,
                    "gateway-scan",
                    Topic.VEHICLE_PRESENCE,
                    which,
                    SCAN_LIMIT,
                    record -> {
                        if (record.value() != null) {
                            Vin vin = Vin.of(text(record.key()));
                            look(lost, vin, Json.read(record.value(), Presence.class));
                        }
                    });
            Instant now = clock.instant();
            lost.forEach((vin, online) -> declareLost(vin, online, now));
            if (!lost.isEmpty()) {
                deferWills(which, lost, now);
                LOG.atInfo()
                        .setMessage("sessions declared lost")
                        .addKeyValue("sessions", lost.size())
                        .log();
            }
            return true;
        } catch (RuntimeException failed) {
            LOG.atWarn()
                    .setMessage("looking for lost sessions failed, to be tried again")
                    .addKeyValue("why", failed.toString())
                    .log();
            return false;
        }
    }

    private void look(Map<Vin, Presence.Online> lost, Vin vin, Presence presence) {
        switch (presence) {
            case Presence.Online online -> {
                if (roll.dead(online.run())) {
                    lost.put(vin, online);
                } else {
                    lost.remove(vin);
                }
            }
            case Presence.Offline offline -> {
                Presence.Online known = lost.get(vin);
                if (known != null && known.session().equals(offline.session())) {
                    lost.remove(vin);
                }
            }
        }
    }

    private void declareLost(Vin vin, Presence.Online online, Instant now) {
        declaredLost.increment();
        var _ =
                producer.send(
                        Parcels.presence(
                                vin,
                                new Presence.Offline(
                                        online.session(),
                                        online.run(),
                                        OfflineCause.GATEWAY_LOST,
                                        now),
                                Parcel.NO_MATTER));
        // Its own gateway cannot say it any more. The id follows from the session's.
        Map<String, Object> closed = new LinkedHashMap<>();
        closed.put("session", online.session());
        closed.put("cause", OfflineCause.GATEWAY_LOST);
        closed.put("run", online.run());
        closed.put("durationS", Duration.between(online.since(), now).toSeconds());
        var _ =
                producer.send(
                        Parcels.platformEvent(
                                vin,
                                new UUID(online.session().bits(), LOST),
                                EventTypes.SESSION_CLOSED,
                                now,
                                closed,
                                Parcel.NO_MATTER));
    }

    /** The sessions outlive their gateway: their time begins, and their wills are put off. */
    private void deferWills(
            Collection<Integer> which, Map<Vin, Presence.Online> lost, Instant now) {
        Map<Vin, VehicleSession> records = new HashMap<>();
        LogScan.scan(
                kafka,
                "gateway-scan",
                Topic.VEHICLE_SESSIONS,
                which,
                SCAN_LIMIT,
                record -> {
                    String key = text(record.key());
                    Vin vin = Vin.of(key.substring(0, Vin.LENGTH));
                    SessionId session = SessionId.parse(key.substring(Vin.LENGTH + 1));
                    Presence.Online online = lost.get(vin);
                    if (online == null || !online.session().equals(session)) {
                        return;
                    }
                    if (record.value() == null) {
                        records.remove(vin);
                    } else {
                        records.put(vin, Json.read(record.value(), VehicleSession.class));
                    }
                });
        records.forEach((vin, record) -> {
            if (record.endedAt() == null) {
                VehicleSession.Will will = record.will();
                Instant dueAt =
                        will == null
                                ? null
                                : now.plusSeconds(
                                        Math.max(will.delayS(), MIN_DEFERRAL.toSeconds()));
                write(vin, record.leftBy(run, slot, now, will, dueAt));
            }
        });
    }

    private void tick() {
        if (!toLookAt.isEmpty()) {
            declareLost(List.of());
        }
        try {
            Instant now = clock.instant();
            for (int partition : partitions.held()) {
                sessions.dueWills(partition, now).forEach(this::fireWill);
                sessions.over(partition, now).forEach(this::remove);
            }
        } catch (RuntimeException failed) {
            LOG.atWarn().setMessage("care of sessions failed").setCause(failed).log();
        }
    }

    /** The will first: published twice is better than never. */
    private void fireWill(Vin vin, VehicleSession record) {
        VehicleSession.Will will = record.will();
        if (will != null) {
            deferredWills.increment();
            var _ =
                    producer.send(
                            Parcels.will(
                                    vin,
                                    record.session(),
                                    will,
                                    clock.instant(),
                                    Parcel.NO_MATTER));
        }
        if (record.expiryS() == 0) {
            remove(vin, record.session());
        } else {
            write(vin, record.leftBy(run, slot, record.endedAt(), null, null));
        }
    }

    private void write(Vin vin, VehicleSession record) {
        sessions.put(vin, record);
        var _ = producer.send(Parcels.session(vin, record.session(), record, Parcel.NO_MATTER));
    }

    private void remove(Vin vin, SessionId session) {
        sessions.remove(vin, session);
        var _ = producer.send(Parcels.session(vin, session, null, Parcel.NO_MATTER));
    }

    private static String text(byte[] key) {
        return new String(key, StandardCharsets.US_ASCII);
    }
}
