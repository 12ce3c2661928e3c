package dev.driveline.telemetry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.trip.TripEvent;
import dev.driveline.runtime.json.Json;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.Outbox;
import dev.driveline.store.postgres.OutboxRecord;
import dev.driveline.telemetry.postgres.LegLeases.Lease;
import dev.driveline.telemetry.postgres.LegLeases.Vehicle;
import dev.driveline.telemetry.retention.Retention;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleArchive;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.telemetry.slice.Slices;
import dev.driveline.telemetry.trip.Clues;
import dev.driveline.telemetry.trip.Leg;
import dev.driveline.telemetry.trip.LegFinder;
import dev.driveline.telemetry.trip.Refolding;
import dev.driveline.telemetry.trip.TripEvents;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds trips and charging sessions in what is stored, and tells of them on {@code
 * telemetry.trips}. One thread of its own; instances beside each other share the vehicles.
 *
 * <p>A vehicle is looked at when its clues have come to rest for a minute; one that goes on and on
 * every ten minutes, as far as its batches are joined into slices, so that each is read once. What
 * comes late is looked at together with the legs that it can change.
 */
public final class LegKeeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LegKeeper.class);
    private static final Duration QUIET = Duration.ofSeconds(60);
    private static final Duration WAITING = Duration.ofMinutes(10);
    private static final long TURN_S = 5;
    private static final int PAGE = 10_000;
    private static final String SOURCE = "/telemetry/trips";

    private final Database database;
    private final Outbox outbox;
    private final SampleArchive archive;
    private final LegTable table;
    private final LegLeases leases;
    private final Clues clues;
    private final Retention retention;
    private final Clock clock;
    private final Counter told;
    private final Counter again;
    private final Timer looking;
    private final KeeperThread thread;

    private LegKeeper(
            Database database,
            Outbox outbox,
            Clues clues,
            Retention retention,
            Clock clock,
            MeterRegistry metrics) {
        this.database = database;
        this.outbox = outbox;
        this.archive = new SampleQueries(database);
        this.table = new LegTable(database);
        this.leases = new LegLeases(database);
        this.clues = clues;
        this.retention = retention;
        this.clock = clock;
        this.told = metrics.counter("telemetry.trips.told");
        this.again = metrics.counter("telemetry.trips.again");
        this.thread =
                new KeeperThread("telemetry-trips", metrics.counter("telemetry.trips.failures"));
        this.looking = metrics.timer("telemetry.trips.look");
    }

    /**
     * Starts the thread.
     *
     * @param retention nothing is looked for again in what is older
     */
    public static LegKeeper start(
            Database database,
            Outbox outbox,
            Clues clues,
            Retention retention,
            Clock clock,
            MeterRegistry metrics) {
        LegKeeper keeper = still(database, outbox, clues, retention, clock, metrics);
        keeper.thread.every(TURN_S, TURN_S, "looking", keeper::lookDue);
        return keeper;
    }

    /** For tests: without a thread of its own. */
    static LegKeeper still(
            Database database,
            Outbox outbox,
            Clues clues,
            Retention retention,
            Clock clock,
            MeterRegistry metrics) {
        return new LegKeeper(database, outbox, clues, retention, clock, metrics);
    }

    /** Looks at every vehicle that is due; one that fails does not stop the others. */
    void lookDue() {
        Instant now = clock.instant();
        for (Vehicle vehicle : leases.due(now, now.minus(QUIET), now.minus(WAITING))) {
            if (thread.isClosing()) {
                return;
            }
            try {
                Lease lease = leases.take(vehicle, now.minus(QUIET));
                if (lease != null) {
                    looking.record(() -> look(lease, now));
                }
            } catch (RuntimeException failed) {
                // What is new stays marked.
                thread.failed("looking", failed);
            }
        }
    }

    private void look(Lease lease, Instant now) {
        Refolding refolding = refoldingOf(lease, lease.newUs());
        if (refolding.again() && lease.upToUs() > 0 && isOutOfStore(lease, refolding, now)) {
            // What was found while the samples were there stays; only what is newer is looked at.
            refolding = refoldingOf(lease, lease.upToUs());
        }
        long limitUs = limitOf(lease, refolding);
        if (refolding.again()) {
            again.increment();
        }
        List<Leg> legs = new ArrayList<>();
        read(lease.vehicle(), refolding, limitUs, legs);
        write(lease, refolding, limitUs, legs, now);
    }

    private boolean isOutOfStore(Lease lease, Refolding refolding, Instant now) {
        int days = retention.of(lease.vehicle().tenant()).days();
        return refolding.fromUs() < micros(now.minus(Duration.ofDays(days)));
    }

    private Refolding refoldingOf(Lease lease, long fromUs) {
        Vehicle vehicle = lease.vehicle();
        Refolding.Reach reach =
                (beforeUs, sinceUs) ->
                        table.earliest(
                                vehicle.vin().value(), vehicle.tenantNumber(), beforeUs, sinceUs);
        long newUs = Math.min(fromUs, lease.newestUs() + 1);
        try {
            return Refolding.of(lease.memory(), lease.upToUs(), newUs, reach);
        } catch (IllegalArgumentException otherForm) {
            LOG.atWarn().setMessage("memory of trips is unreadable").setCause(otherForm).log();
            return Refolding.of(null, 0, Math.min(newUs, lease.upToUs()), reach);
        }
    }

    /** Exclusive: what a vehicle sends on while it is looked at is left for the next time. */
    private long limitOf(Lease lease, Refolding refolding) {
        long allUs = lease.newestUs() + 1;
        if (lease.quiet() || refolding.again()) {
            return allUs;
        }
        Vehicle vehicle = lease.vehicle();
        int slice =
                database.transaction(handle ->
                        handle.createQuery(
                                        """
                                        select coalesce(min(slice), :none) from recent
                                        where vin = :vin and tenant_id = :tenant
                                        """)
                                .bind("none", Slices.of(allUs))
                                .bind("vin", vehicle.vin().value())
                                .bind("tenant", vehicle.tenantNumber())
                                .mapTo(Integer.class)
                                .one());
        long joinedUs = Slices.endUs(slice) - Slices.LENGTH_US;
        return Math.clamp(joinedUs, Math.min(lease.upToUs(), allUs), allUs);
    }

    private void read(Vehicle vehicle, Refolding refolding, long limitUs, List<Leg> over) {
        TenantId tenant = vehicle.tenant();
        Vin vin = vehicle.vin();
        Set<String> names = clues.names(tenant);
        names.retainAll(archive.names(tenant, vin));
        if (names.isEmpty() || refolding.fromUs() >= limitUs) {
            return;
        }
        Map<String, Map<String, Clues.Telling>> byCatalogue = new HashMap<>();
        SampleKey after = null;
        boolean more = true;
        while (more) {
            List<Sample> page =
                    archive.history(tenant, vin, names, refolding.fromUs(), limitUs, after, PAGE);
            for (Sample sample : page) {
                Clues.Telling telling =
                        byCatalogue
                                .computeIfAbsent(
                                        sample.definition().catalogue(),
                                        catalogue -> clues.of(tenant, catalogue))
                                .get(sample.definition().name());
                if (telling != null && !Clues.isPlacedByGuess(sample)) {
                    refolding
                            .finder()
                            .take(
                                    sample.key().tUs(),
                                    telling.clue(),
                                    telling.valueOf(sample),
                                    over::add);
                }
            }
            more = page.size() == PAGE;
            after = page.isEmpty() ? after : page.getLast().key();
        }
    }

    private void write(
            Lease lease, Refolding refolding, long limitUs, List<Leg> over, Instant now) {
        Vehicle vehicle = lease.vehicle();
        LegFinder finder = refolding.finder();
        boolean all = limitUs > lease.newestUs();
        // By the vehicle's clock; it may differ from ours.
        long nowUs = all ? lease.newestUs() + micros(lease.lastAt(), now) : limitUs;
        List<Leg> legs = new ArrayList<>(over);
        finder.atHand(nowUs, legs::add);
        long endsUs = finder.endsUs(nowUs);
        Instant endsAt =
                all && endsUs != Long.MAX_VALUE
                        ? lease.lastAt().plus(endsUs + 1 - lease.newestUs(), ChronoUnit.MICROS)
                        : null;
        database.run(handle -> {
            if (!LegLeases.giveBack(handle, lease, all ? null : Long.valueOf(limitUs), endsAt)) {
                return;
            }
            List<Leg> before =
                    LegTable.replace(
                            handle, vehicle.vin().value(), vehicle.tenantNumber(), refolding, legs);
            LegLeases.remember(handle, lease, limitUs, finder.toBytes());
            List<TripEvent> events =
                    TripEvents.between(vehicle.tenant(), vehicle.vin(), before, legs);
            outbox.append(
                    handle, events.stream().map(event -> record(event, lease.number())).toList());
            told.increment(events.size());
        });
    }

    private static OutboxRecord record(TripEvent event, long lease) {
        byte[] value = Json.bytes(event);
        String name = event.trip() + "/" + event.step() + "/" + lease;
        return new OutboxRecord(
                Topic.TELEMETRY_TRIPS,
                event.vin().value().getBytes(StandardCharsets.US_ASCII),
                value,
                Map.of(
                        Headers.EVENT_SPEC_VERSION,
                        "1.0",
                        Headers.EVENT_ID,
                        UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString(),
                        Headers.EVENT_SOURCE,
                        SOURCE,
                        Headers.EVENT_TYPE,
                        event.step().eventType(event.kind()),
                        Headers.EVENT_TIME,
                        event.end().toString(),
                        Headers.EVENT_SUBJECT,
                        event.vin().value(),
                        Headers.TENANT,
                        event.tenant().value(),
                        Headers.CONTENT_TYPE,
                        "application/json"));
    }

    private static long micros(Instant time) {
        return micros(Instant.EPOCH, time);
    }

    private static long micros(Instant from, Instant to) {
        return ChronoUnit.MICROS.between(from, to);
    }

    @Override
    public void close() {
        thread.close();
    }
}
