package dev.driveline.command.http;

import dev.driveline.command.webhook.Attempt;
import dev.driveline.command.webhook.CloudEvent;
import dev.driveline.command.webhook.Delivery;
import dev.driveline.command.webhook.Secret;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells a webhook one event: POST of the event, signed; 2xx within {@link #LIMIT} means taken.
 * Thread-safe; {@link #send} blocks.
 *
 * <p>Source: Standard Webhooks 1.0 for the headers.
 */
public final class WebhookSender implements AutoCloseable {

    static final Duration LIMIT = Duration.ofSeconds(10);

    private final PinnedPosts posts;
    private final Clock clock;

    /**
     * @param privateAddresses whether a webhook may lead into a private network
     */
    public WebhookSender(Vertx vertx, boolean privateAddresses, Clock clock) {
        this.posts =
                new PinnedPosts(
                        vertx, privateAddresses, "command.webhook-private-addresses", LIMIT);
        this.clock = clock;
    }

    /** Tries once, signed with each of these. */
    public Attempt send(Delivery delivery, List<Secret> secrets) throws InterruptedException {
        Map<String, String> headers =
                signed(
                        delivery.event(),
                        clock.instant().getEpochSecond(),
                        delivery.body(),
                        secrets);
        headers.put("content-type", CloudEvent.MEDIA_TYPE);
        headers.put("driveline-attempt", Integer.toString(delivery.attempts()));
        return posts.post(delivery.url(), headers, delivery.body());
    }

    /** The headers by which a receiver knows who it is that writes. */
    static Map<String, String> signed(String id, long nowS, byte[] body, List<Secret> secrets) {
        Map<String, String> headers = new HashMap<>();
        headers.put("user-agent", "driveline-webhooks/1");
        headers.put("webhook-id", id);
        headers.put("webhook-timestamp", Long.toString(nowS));
        if (!secrets.isEmpty()) {
            headers.put(
                    "webhook-signature",
                    secrets.stream()
                            .map(secret -> secret.sign(id, nowS, body))
                            .collect(Collectors.joining(" ")));
        }
        return headers;
    }

    /**
     * Why a URL must not be asked; null if it may be, or its name cannot be resolved now.
     *
     * @param url with a host
     */
    public @Nullable String refusal(URI url) {
        return posts.refusal(url);
    }

    @Override
    public void close() {
        posts.close();
    }
}
