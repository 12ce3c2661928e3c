package dev.driveline.store;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.store.postgres.Database;
import dev.driveline.store.postgres.Outbox;
import dev.driveline.store.postgres.OutboxSession;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what {@link Outbox} wrote to Kafka: every committed record once (for readers of committed
 * records) and those of a key in order, whoever is killed or paused meanwhile.
 *
 * <p>Any number of instances may run; one of them has a line's lock and sends. A commit in this
 * process wakes it at once, one in another process through a notification, and it looks by itself
 * every 200 ms. With PostgreSQL or Kafka away it waits and goes on by itself.
 *
 * <p>Metrics, by schema: {@code outbox.unsent} rows (counted up to 100,000), {@code
 * outbox.oldest.age} seconds, {@code outbox.sent}, {@code outbox.failures}. It holds a session in
 * PostgreSQL a line and one more. Thread-safe.
 */
public final class OutboxRelay implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final int MOST_COUNTED = 100_000;
    private static final int HEAR_MS = 500;
    private static final long MEASURE_EVERY_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long RETRY_MS = 1_000;
    private static final long STOP_LIMIT_MS = 3_000;

    private final Database database;
    private final List<Shard> shards;
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile OutboxSession.Backlog backlog = new OutboxSession.Backlog(0, 0);

    private OutboxRelay(Database database, KafkaConfig kafka, Topic home, MeterRegistry metrics) {
        this.database = database;
        String schema = database.schema();
        Counter sent = metrics.counter("outbox.sent", "schema", schema);
        Counter failures = metrics.counter("outbox.failures", "schema", schema);
        this.shards =
                IntStream.range(0, Outbox.SHARDS)
                        .mapToObj(
                                number -> new Shard(database, kafka, home, number, sent, failures))
                        .toList();
        Gauge.builder("outbox.unsent", this, relay -> relay.backlog.rows())
                .tag("schema", schema)
                .register(metrics);
        Gauge.builder("outbox.oldest.age", this, relay -> relay.backlog.oldestAgeS())
                .baseUnit("seconds")
                .tag("schema", schema)
                .register(metrics);
    }

    /**
     * Starts the threads; returns at once, whether or not PostgreSQL and Kafka answer.
     *
     * @param database opened with {@link Database#openWithOutbox}
     * @param home a topic that the service writes and that exists: beside it Kafka keeps, as offset
     *     0 of a group a line, which rows were sent. Never another one for the same schema
     */
    public static OutboxRelay start(
            Database database,
            Outbox outbox,
            KafkaConfig kafka,
            Topic home,
            MeterRegistry metrics) {
        OutboxRelay relay = new OutboxRelay(database, kafka, home, metrics);
        for (Shard shard : relay.shards) {
            relay.threads.add(Thread.ofPlatform().daemon().name(shard.name()).start(shard));
        }
        relay.threads.add(
                Thread.ofPlatform()
                        .daemon()
                        .name("outbox-" + database.schema() + "-ear")
                        .start(relay::hear));
        outbox.onCommit(relay::wake);
        return relay;
    }

    /** There may be something to send; {@link Outbox} calls it after each commit. */
    public void wake() {
        shards.forEach(Shard::wake);
    }

    /** Ends after the batches at hand; what is left is sent by another instance or later. */
    @Override
    public void close() {
        closing.countDown();
        shards.forEach(Shard::stop);
        try {
            for (Thread thread : threads) {
                thread.join(STOP_LIMIT_MS);
            }
            for (Thread thread : threads) {
                thread.interrupt();
                thread.join(STOP_LIMIT_MS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void hear() {
        while (closing.getCount() > 0) {
            try (OutboxSession session = OutboxSession.open(database)) {
                session.listen();
                long measuredNs = System.nanoTime() - MEASURE_EVERY_NS;
                while (closing.getCount() > 0) {
                    session.heard(HEAR_MS).forEach(number -> shards.get(number).wake());
                    if (System.nanoTime() - measuredNs >= MEASURE_EVERY_NS) {
                        backlog = session.backlog(MOST_COUNTED);
                        measuredNs = System.nanoTime();
                    }
                }
            } catch (SQLException | RuntimeException failed) {
                LOG.atWarn()
                        .setMessage("outbox hears nothing")
                        .addKeyValue("schema", database.schema())
                        .setCause(failed)
                        .log();
                backlog = new OutboxSession.Backlog(Double.NaN, Double.NaN);
                awaitRetry();
            }
        }
    }

    private void awaitRetry() {
        try {
            var _ = closing.await(RETRY_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            closing.countDown();
        }
    }
}
