package dev.driveline.store;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.OutboxSession;
import dev.driveline.store.postgres.UnsentRow;
import io.micrometer.core.instrument.Counter;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line of the outbox, on a thread of its own: waits for the line's lock, then sends what is
 * there, again and again. After any failure it begins anew, with another session and another
 * producer.
 *
 * <pre>
 *   standby ──lock──▶ take over ──mark read, its rows deleted──▶ send ⇄ wait
 *      ▲                                                            │
 *      └───────────────── anything fails, 1 s ──────────────────────┘
 * </pre>
 */
final class Shard implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Shard.class);
    private static final int BATCH_BYTES = 4 * 1024 * 1024;
    private static final long POLL_MS = 200;

    /**
     * The least and the most from one batch to the next, unless it is full: what comes within it
     * goes together, because a transaction of Kafka costs more than the rows in it. The first after
     * a pause does not wait.
     */
    private static final long SPACING_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long MOST_SPACING_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /**
     * Between the two it rests so many times as long as the batch took: a busy Kafka gets fewer.
     */
    private static final int RESTS = 3;

    private static final long STANDBY_MS = 1_000;
    private static final long AFTER_FAILURE_MS = 1_000;

    private final Database database;
    private final KafkaConfig kafka;
    private final Topic home;
    private final int number;
    private final Counter sent;
    private final Counter failures;
    private final Semaphore signal = new Semaphore(0);
    private volatile boolean closing;

    Shard(
            Database database,
            KafkaConfig kafka,
            Topic home,
            int number,
            Counter sent,
            Counter failures) {
        this.database = database;
        this.kafka = kafka;
        this.home = home;
        this.number = number;
        this.sent = sent;
        this.failures = failures;
    }

    String name() {
        return "outbox-" + database.schema() + "-" + number;
    }

    /** There may be something to send. Any thread. */
    void wake() {
        if (signal.availablePermits() == 0) {
            signal.release();
        }
    }

    /** To end after the batch at hand. Any thread. */
    void stop() {
        closing = true;
        signal.release();
    }

    @Override
    public void run() {
        while (!closing) {
            try (OutboxSession session = OutboxSession.open(database)) {
                if (awaitLock(session)) {
                    relay(session);
                }
            } catch (SQLException | RuntimeException failed) {
                if (!closing) {
                    failures.increment();
                    LOG.atWarn()
                            .setMessage("outbox interrupted")
                            .addKeyValue("relay", name())
                            .setCause(failed)
                            .log();
                    pause(AFTER_FAILURE_MS);
                }
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    /** False if it is to end. */
    private boolean awaitLock(OutboxSession session) throws SQLException, InterruptedException {
        while (!closing) {
            if (session.tryLock(number)) {
                return true;
            }
            if (signal.tryAcquire(STANDBY_MS, TimeUnit.MILLISECONDS)) {
                session.tellHolder(number);
            }
        }
        return false;
    }

    private void relay(OutboxSession session) throws SQLException, InterruptedException {
        try (ShardSender sender = ShardSender.takeOver(kafka, name(), home)) {
            SentMark mark = sender.last();
            if (mark != null) {
                session.delete(mark.ids(), mark.upToUs());
            }
            LOG.atInfo().setMessage("outbox taken over").addKeyValue("relay", name()).log();
            while (!closing) {
                List<UnsentRow> rows = session.unsent(number, SentMark.MAX_ROWS, BATCH_BYTES);
                if (rows.isEmpty()) {
                    var _ = signal.tryAcquire(POLL_MS, TimeUnit.MILLISECONDS);
                } else {
                    long startNs = System.nanoTime();
                    sender.send(rows);
                    session.delete(
                            rows.stream().map(UnsentRow::id).toList(), SentMark.of(rows).upToUs());
                    sent.increment(rows.size());
                    if (rows.size() < SentMark.MAX_ROWS) {
                        rest(System.nanoTime() - startNs);
                    }
                }
            }
        }
    }

    private static void rest(long tookNs) throws InterruptedException {
        long spacingNs = Math.clamp((RESTS + 1) * tookNs, SPACING_NS, MOST_SPACING_NS);
        TimeUnit.NANOSECONDS.sleep(spacingNs - tookNs);
    }

    private void pause(long ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException _) {
            closing = true;
        }
    }
}
