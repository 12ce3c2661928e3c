package dev.driveline.telemetry.postgres;

import static java.util.Objects.requireNonNull;

import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.postgres.Compaction.Group;
import dev.driveline.telemetry.postgres.HistoryPartitions.Partition;
import dev.driveline.telemetry.slice.Slices;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the store in shape: joins batches into slices, and drops what is older than its tenant
 * keeps, a partition at a time. One thread of its own; instances beside each other do no harm.
 */
public final class HistoryKeeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HistoryKeeper.class);
    private static final Duration SLICE_OVER = Duration.ofSeconds(60);
    private static final Duration QUIET = Duration.ofSeconds(30);
    private static final Duration AT_LAST = Duration.ofMinutes(20);
    private static final long TURN_S = 5;
    private static final long RETENTION_TURN_S = TimeUnit.HOURS.toSeconds(1);

    /** Tables that are kept as long as samples, and the column that says how old a row is. */
    private static final Map<String, String> TIMES =
            Map.of(
                    "latest", "t_us",
                    "position", "t_us",
                    "leg", "end_us",
                    "leg_mark", "newest_us",
                    "leg_memory", "up_to_us");

    private final Database database;
    private final Compaction compaction;
    private final HistoryPartitions partitions;
    private final ErasureTable erasures;
    private final int retentionDays;
    private final Clock clock;
    private final Counter slices;
    private final Counter expired;
    private final Timer joining;
    private final KeeperThread thread;

    private HistoryKeeper(
            Database database, int retentionDays, Clock clock, MeterRegistry metrics) {
        this.database = database;
        this.partitions = new HistoryPartitions(database);
        this.compaction = new Compaction(database, partitions);
        this.erasures = new ErasureTable(database);
        this.retentionDays = retentionDays;
        this.clock = clock;
        this.slices = metrics.counter("telemetry.history.slices");
        this.expired = metrics.counter("telemetry.history.expired");
        this.thread =
                new KeeperThread(
                        "telemetry-history", metrics.counter("telemetry.history.failures"));
        this.joining = metrics.timer("telemetry.history.join");
    }

    /**
     * Starts the thread.
     *
     * @param retentionDays of tenants that have no other
     * @param dropMore called every hour, too
     */
    public static HistoryKeeper start(
            Database database,
            int retentionDays,
            Clock clock,
            MeterRegistry metrics,
            Runnable dropMore) {
        HistoryKeeper keeper = new HistoryKeeper(database, retentionDays, clock, metrics);
        keeper.thread.every(TURN_S, TURN_S, "joining", keeper::joinDue);
        keeper.thread.every(
                RETENTION_TURN_S / 60, RETENTION_TURN_S, "retention", keeper::dropOutdated);
        keeper.thread.every(
                RETENTION_TURN_S / 60, RETENTION_TURN_S / 60, "erasure", keeper::eraseAgain);
        keeper.thread.every(RETENTION_TURN_S / 60, RETENTION_TURN_S, "dropping", dropMore);
        return keeper;
    }

    /** For tests and measurements: without a thread of its own. */
    static HistoryKeeper still(
            Database database, int retentionDays, Clock clock, MeterRegistry metrics) {
        return new HistoryKeeper(database, retentionDays, clock, metrics);
    }

    /** Joins every group that is due; one that fails does not stop the others. */
    void joinDue() {
        Instant now = clock.instant();
        Compaction.Due due =
                new Compaction.Due(now.minus(SLICE_OVER), now.minus(QUIET), now.minus(AT_LAST));
        Map<Integer, Integer> retention = retentionByTenant();
        boolean progress = true;
        while (progress) {
            progress = false;
            for (Group group : compaction.due(due)) {
                if (thread.isClosing()) {
                    return;
                }
                progress |= kept(group, now, retention.getOrDefault(group.tenant(), retentionDays));
            }
        }
    }

    private boolean kept(Group group, Instant now, int days) {
        try {
            return keep(group, now, days);
        } catch (RuntimeException failed) {
            // Batches stay where they are and are read there.
            thread.failed("joining of slice " + group.slice(), failed);
            return false;
        }
    }

    /** Whether something changed; not where another instance works on the group. */
    private boolean keep(Group group, Instant now, int days) {
        Instant oldest = now.minus(Duration.ofDays(days));
        if (Slices.endUs(group.slice()) < oldest.toEpochMilli() * 1_000) {
            int discarded = compaction.discard(group);
            expired.increment(discarded);
            return discarded > 0;
        }
        Compaction.Joined joined = requireNonNull(joining.record(() -> compaction.join(group)));
        slices.increment(joined.slices());
        return joined.batches() > 0;
    }

    /** Forgets again what was still on its way when its vehicle was erased. */
    void eraseAgain() {
        int rows = erasures.repeat(clock.instant());
        if (rows > 0) {
            LOG.atInfo()
                    .setMessage("late data of erased vehicles deleted")
                    .addKeyValue("rows", rows)
                    .log();
        }
    }

    /** Drops partitions that end before what their tenants keep, and what else is as old. */
    void dropOutdated() {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        Map<Integer, Integer> retention = retentionByTenant();
        retention.putIfAbsent(TenantNumbers.NOBODY, retentionDays);
        retention.forEach((tenant, days) -> {
            long firstKept = today.toEpochDay() - days;
            for (Partition partition : partitions.before(tenant, firstKept)) {
                partitions.drop(partition);
                LOG.atInfo()
                        .setMessage("history dropped")
                        .addKeyValue("partition", partitions.table(partition))
                        .log();
            }
            TIMES.forEach((table, time) ->
                    database.run(handle ->
                            handle.execute(
                                    "delete from %s where tenant_id = ? and %s < ?"
                                            .formatted(table, time),
                                    tenant,
                                    TimeUnit.DAYS.toMicros(firstKept))));
        });
    }

    private Map<Integer, Integer> retentionByTenant() {
        return database.transaction(handle ->
                handle
                        .createQuery("select id, coalesce(retention_days, :usual) from tenant")
                        .bind("usual", retentionDays)
                        .map((row, _) -> Map.entry(row.getInt(1), row.getInt(2)))
                        .list()
                        .stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    @Override
    public void close() {
        thread.close();
    }
}
