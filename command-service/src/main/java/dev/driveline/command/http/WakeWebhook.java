package dev.driveline.command.http;

import dev.driveline.command.webhook.Attempt;
import dev.driveline.command.webhook.Secret;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks whoever sends short messages to wake a vehicle: POST of {@code {id, vin, tenant}}, answered
 * with 2xx, signed as webhooks are. It has no content for the vehicle. Thread-safe; at most {@link
 * #AT_ONCE} requests are on their way, more are given up: what waits for the vehicle asks again.
 */
public final class WakeWebhook implements AutoCloseable {

    static final int AT_ONCE = 64;
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(WakeWebhook.class);

    private final PinnedPosts posts;
    private final URI url;
    private final List<Secret> secrets;
    private final Clock clock;
    private final MeterRegistry metrics;
    private final ExecutorService work = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore places = new Semaphore(AT_ONCE);

    /**
     * @param privateAddresses whether the URL may lead into a private network
     * @param secret that signs; null to sign nothing
     */
    public WakeWebhook(
            Vertx vertx,
            URI url,
            boolean privateAddresses,
            @Nullable Secret secret,
            Clock clock,
            MeterRegistry metrics) {
        this.posts =
                new PinnedPosts(vertx, privateAddresses, "command.wake-private-addresses", LIMIT);
        this.url = url;
        this.secrets = secret == null ? List.of() : List.of(secret);
        this.clock = clock;
        this.metrics = metrics;
    }

    /** Returns at once. */
    public void wake(Vin vin, TenantId tenant) {
        if (!places.tryAcquire()) {
            count("given up");
            return;
        }
        var _ =
                work.submit(() -> {
                    try {
                        send(vin, tenant);
                    } finally {
                        places.release();
                    }
                });
    }

    private void send(Vin vin, TenantId tenant) {
        String id = UUID.randomUUID().toString();
        byte[] body = Json.bytes(Map.of("id", id, "vin", vin, "tenant", tenant));
        Map<String, String> headers =
                WebhookSender.signed(id, clock.instant().getEpochSecond(), body, secrets);
        headers.put("content-type", "application/json");
        try {
            Attempt attempt = posts.post(url, headers, body);
            count(attempt.taken() ? "asked" : "failed");
            if (!attempt.taken()) {
                LOG.atWarn().setMessage("wake-up not asked for").addKeyValue("why", attempt).log();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void count(String outcome) {
        metrics.counter("command.wakes", "outcome", outcome).increment();
    }

    @Override
    public void close() {
        work.shutdownNow();
        posts.close();
    }
}
