package dev.driveline.command;

import dev.driveline.command.http.WebhookSender;
import dev.driveline.command.postgres.DeliveryTable;
import dev.driveline.command.postgres.WebhookTable;
import dev.driveline.command.webhook.Attempt;
import dev.driveline.command.webhook.Delivery;
import dev.driveline.command.webhook.Retries;
import dev.driveline.command.webhook.Secret;
import dev.driveline.store.postgres.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is due, several at once, no receiver at the cost of the others. What is under way when
 * its process dies is sent again when its lease is over: at least once, in no order.
 */
final class WebhookPump implements AutoCloseable {

    /** Longer than a try takes. */
    static final Duration LEASE = Duration.ofSeconds(60);

    /** Requests under way in this process. */
    static final int AT_ONCE = 256;

    /** More begin only where fewer than these are under way: a receiver gets at most twice this. */
    static final int EACH = 16;

    static final Duration KEEP_DELIVERED = Duration.ofDays(3);
    static final Duration KEEP = Duration.ofDays(30);

    private static final Logger LOG = LoggerFactory.getLogger(WebhookPump.class);
    private static final long IDLE_MS = 500;
    private static final long AWAY_MS = 5_000;
    private static final long KEEP_ORDER_EVERY_NS = TimeUnit.HOURS.toNanos(1);
    private static final long KEEP_ORDER_AGAIN_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long CLOSE_LIMIT_S = 12;

    private final Database database;
    private final WebhookSender sender;
    private final WebhookSecrets secrets;
    private final AuditDesk audit;
    private final Retries retries;
    private final Clock clock;
    private final RandomGenerator random;
    private final MeterRegistry metrics;
    private final DeliveryTable deliveries = new DeliveryTable();
    private final WebhookTable webhooks = new WebhookTable();
    private final ExecutorService work = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final Semaphore bell = new Semaphore(0);
    private final Map<UUID, Integer> underWay = new ConcurrentHashMap<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean closing;

    private WebhookPump(
            Database database,
            WebhookSender sender,
            WebhookSecrets secrets,
            AuditDesk audit,
            Retries retries,
            Clock clock,
            RandomGenerator random,
            MeterRegistry metrics) {
        this.database = database;
        this.sender = sender;
        this.secrets = secrets;
        this.audit = audit;
        this.retries = retries;
        this.clock = clock;
        this.random = random;
        this.metrics = metrics;
    }

    static WebhookPump start(
            Database database,
            WebhookSender sender,
            WebhookSecrets secrets,
            AuditDesk audit,
            Retries retries,
            Clock clock,
            RandomGenerator random,
            MeterRegistry metrics) {
        WebhookPump pump =
                new WebhookPump(database, sender, secrets, audit, retries, clock, random, metrics);
        Thread.ofPlatform().daemon().name("webhooks").start(pump::run);
        return pump;
    }

    /** Something may be due. */
    void wake() {
        bell.release();
    }

    private void run() {
        long orderNs = System.nanoTime();
        try {
            while (!closing) {
                long pauseMs = IDLE_MS;
                try {
                    if (System.nanoTime() - orderNs >= 0) {
                        orderNs = System.nanoTime() + KEEP_ORDER_AGAIN_NS;
                        secrets.keep();
                        forget();
                        orderNs = System.nanoTime() + KEEP_ORDER_EVERY_NS;
                    }
                    if (sendDue() > 0) {
                        continue;
                    }
                } catch (RuntimeException failed) {
                    LOG.atWarn().setMessage("webhooks wait").addKeyValue("why", failed).log();
                    pauseMs = AWAY_MS;
                }
                boolean _ = bell.tryAcquire(pauseMs, TimeUnit.MILLISECONDS);
                bell.drainPermits();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            stopped.countDown();
        }
    }

    /** How many were begun. */
    private int sendDue() {
        int free = places.availablePermits();
        if (free == 0) {
            return 0;
        }
        Set<UUID> busy = new HashSet<>(secrets.locked());
        underWay.forEach((webhook, count) -> {
            if (count >= EACH) {
                busy.add(webhook);
            }
        });
        List<Delivery> due =
                database.transaction(handle ->
                        deliveries.take(handle, clock.instant(), LEASE, EACH, free, busy));
        for (Delivery delivery : due) {
            places.acquireUninterruptibly();
            underWay.merge(delivery.webhook(), 1, Integer::sum);
            var _ = work.submit(() -> tryOnce(delivery));
        }
        return due.size();
    }

    private void tryOnce(Delivery delivery) {
        try {
            List<Secret> signing = secrets.of(delivery.secrets());
            // Without one it stays: its webhook waits for a key, or was stopped.
            if (!signing.isEmpty()) {
                ended(delivery, sender.send(delivery, signing));
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            // It is tried again when its lease is over.
            LOG.atWarn().setMessage("end of a try not kept").addKeyValue("why", failed).log();
        } finally {
            underWay.computeIfPresent(
                    delivery.webhook(), (_, count) -> count == 1 ? null : count - 1);
            places.release();
            wake();
        }
    }

    private void ended(Delivery delivery, Attempt attempt) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Instant next =
                attempt.taken() || attempt.gone()
                        ? null
                        : retries.next(
                                        delivery.attempts(),
                                        delivery.since(),
                                        now,
                                        attempt.pause(),
                                        random)
                                .orElse(null);
        database.run(handle -> {
            deliveries.tried(handle, delivery.number(), attempt, next);
            if (attempt.gone()) {
                webhooks.stop(handle, delivery.webhook(), "its receiver answered 410 Gone", now)
                        .ifPresent(stopped -> WebhookDesk.recordStop(audit, handle, stopped));
            }
        });
        metrics.counter(
                        "webhook.tries",
                        "outcome",
                        attempt.taken() ? "taken" : next == null ? "dead" : "failed")
                .increment();
    }

    private void forget() {
        Instant now = clock.instant();
        int rows =
                database.transaction(handle ->
                        deliveries.forget(handle, now.minus(KEEP_DELIVERED), now.minus(KEEP)));
        if (rows > 0) {
            LOG.atInfo().setMessage("deliveries forgotten").addKeyValue("rows", rows).log();
        }
    }

    @Override
    public void close() {
        closing = true;
        wake();
        work.shutdown();
        try {
            boolean ended =
                    stopped.await(CLOSE_LIMIT_S, TimeUnit.SECONDS)
                            && work.awaitTermination(CLOSE_LIMIT_S, TimeUnit.SECONDS);
            if (!ended) {
                work.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
