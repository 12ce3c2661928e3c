package dev.driveline.command.http;

import dev.driveline.command.webhook.Address;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks whoever sends short messages to wake a vehicle: POST of {@code {id, vin, tenant}}, answered
 * with 2xx. It has no content for the vehicle. Thread-safe; at most {@link #AT_ONCE} requests are
 * on their way, more are given up: what waits for the vehicle asks again.
 */
public final class WakeWebhook implements AutoCloseable {

    static final int AT_ONCE = 64;
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(WakeWebhook.class);

    private final URI url;
    private final boolean privateAddresses;
    private final MeterRegistry metrics;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build();
    private final ExecutorService work = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore places = new Semaphore(AT_ONCE);

    /**
     * @param privateAddresses whether the URL may lead into a private network
     */
    public WakeWebhook(URI url, boolean privateAddresses, MeterRegistry metrics) {
        this.url = url;
        this.privateAddresses = privateAddresses;
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
        try {
            mustBeAllowed();
            HttpResponse<Void> answer =
                    http.send(
                            HttpRequest.newBuilder(url)
                                    .timeout(LIMIT)
                                    .header("Content-Type", "application/json")
                                    .POST(
                                            HttpRequest.BodyPublishers.ofByteArray(
                                                    Json.bytes(
                                                            Map.of(
                                                                    "id",
                                                                    UUID.randomUUID(),
                                                                    "vin",
                                                                    vin,
                                                                    "tenant",
                                                                    tenant))))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding());
            if (answer.statusCode() / 100 != 2) {
                throw new IOException("it answered " + answer.statusCode());
            }
            count("asked");
        } catch (IOException failed) {
            count("failed");
            LOG.atWarn().setMessage("wake-up not asked for").addKeyValue("why", failed).log();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void mustBeAllowed() throws IOException {
        if (privateAddresses) {
            return;
        }
        for (InetAddress address : addresses()) {
            if (Address.isPrivate(address)) {
                throw new IOException(
                        "command.wake-url leads to the private address "
                                + address.getHostAddress()
                                + ", command.wake-private-addresses is false");
            }
        }
    }

    private InetAddress[] addresses() throws UnknownHostException {
        return InetAddress.getAllByName(url.getHost());
    }

    private void count(String outcome) {
        metrics.counter("command.wakes", "outcome", outcome).increment();
    }

    @Override
    public void close() {
        work.shutdownNow();
        http.shutdownNow();
    }
}
