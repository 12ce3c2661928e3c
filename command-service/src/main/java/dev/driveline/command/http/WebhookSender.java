package dev.driveline.command.http;

import dev.driveline.command.webhook.Address;
import dev.driveline.command.webhook.Attempt;
import dev.driveline.command.webhook.CloudEvent;
import dev.driveline.command.webhook.Delivery;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells a webhook one event: POST of the event, signed; 2xx within {@link #LIMIT} means taken.
 * Redirections are not followed.
 *
 * <p>The name is resolved once and the connection goes to that very address, so that no name can
 * lead into a private network after it was looked at. Thread-safe; {@link #send} blocks.
 *
 * <p>Source: Standard Webhooks 1.0 for the headers.
 */
public final class WebhookSender implements AutoCloseable {

    static final Duration LIMIT = Duration.ofSeconds(10);

    /** Connections to one receiver. */
    private static final int CONNECTIONS = 32;

    private static final int CONNECT_LIMIT_MS = 5_000;
    private static final int IDLE_LIMIT_S = 60;
    private static final int MAX_ANSWER_BYTES = 64 * 1024;
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private final HttpClient client;
    private final boolean privateAddresses;
    private final Clock clock;

    /**
     * @param privateAddresses whether a webhook may lead into a private network
     */
    public WebhookSender(Vertx vertx, boolean privateAddresses, Clock clock) {
        this.privateAddresses = privateAddresses;
        this.clock = clock;
        this.client =
                vertx.createHttpClient(
                        new HttpClientOptions()
                                .setConnectTimeout(CONNECT_LIMIT_MS)
                                .setIdleTimeout(IDLE_LIMIT_S)
                                .setVerifyHost(true),
                        new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    }

    /** Tries once. */
    public Attempt send(Delivery delivery) throws InterruptedException {
        try {
            return request(delivery)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (UnknownHostException unknown) {
            return Attempt.unanswered("no address of '" + delivery.url().getHost() + "'");
        } catch (PrivateAddressException refused) {
            return Attempt.unanswered(String.valueOf(refused.getMessage()));
        } catch (TimeoutException slow) {
            return Attempt.unanswered("no answer within " + LIMIT.toSeconds() + " s");
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            return Attempt.unanswered(String.valueOf(cause == null ? failed : cause.getMessage()));
        }
    }

    private Future<Attempt> request(Delivery delivery)
            throws UnknownHostException, PrivateAddressException {
        URI url = delivery.url();
        boolean tls = "https".equalsIgnoreCase(url.getScheme());
        int port = url.getPort() >= 0 ? url.getPort() : tls ? HTTPS_PORT : HTTP_PORT;
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String query = url.getRawQuery();
        RequestOptions to =
                new RequestOptions()
                        .setMethod(HttpMethod.POST)
                        .setServer(SocketAddress.inetSocketAddress(port, addressOf(url)))
                        .setHost(url.getHost())
                        .setPort(port)
                        .setSsl(tls)
                        .setURI(query == null ? path : path + "?" + query)
                        .setTimeout(LIMIT.toMillis());
        return client.request(to).compose(request -> send(request, delivery));
    }

    private Future<Attempt> send(HttpClientRequest request, Delivery delivery) {
        long nowS = clock.instant().getEpochSecond();
        String signatures =
                delivery.secrets().stream()
                        .map(secret -> secret.sign(delivery.event(), nowS, delivery.body()))
                        .collect(Collectors.joining(" "));
        request.putHeader("content-type", CloudEvent.MEDIA_TYPE)
                .putHeader("user-agent", "driveline-webhooks/1")
                .putHeader("webhook-id", delivery.event())
                .putHeader("webhook-timestamp", Long.toString(nowS))
                .putHeader("webhook-signature", signatures)
                .putHeader("driveline-attempt", Integer.toString(delivery.attempts()));
        return request.send(Buffer.buffer(delivery.body()))
                .map(answer -> {
                    passOver(request, answer);
                    return Attempt.answered(answer.statusCode(), waitIn(answer));
                });
    }

    /** The status is all that counts; the rest makes the connection free again. */
    private static void passOver(HttpClientRequest request, HttpClientResponse answer) {
        long[] bytes = {0};
        answer.handler(part -> {
            bytes[0] += part.length();
            if (bytes[0] > MAX_ANSWER_BYTES) {
                var _ = request.reset();
            }
        });
        answer.exceptionHandler(_ -> {});
    }

    private static Duration waitIn(HttpClientResponse answer) {
        String text = answer.getHeader("Retry-After");
        if (text == null) {
            return Duration.ZERO;
        }
        try {
            return Duration.ofSeconds(Math.max(0, Integer.parseInt(text.strip())));
        } catch (NumberFormatException date) {
            return Duration.ZERO;
        }
    }

    private String addressOf(URI url) throws UnknownHostException, PrivateAddressException {
        InetAddress address = InetAddress.getAllByName(url.getHost())[0];
        if (!privateAddresses && Address.isPrivate(address)) {
            throw new PrivateAddressException(
                    "'"
                            + url.getHost()
                            + "' leads to the private address "
                            + address.getHostAddress()
                            + ", command.webhook-private-addresses is false");
        }
        return address.getHostAddress();
    }

    /**
     * Why a URL must not be asked; null if it may be, or its name cannot be resolved now.
     *
     * @param url with a host
     */
    public @Nullable String refusal(URI url) {
        try {
            String _ = addressOf(url);
            return null;
        } catch (PrivateAddressException refused) {
            return refused.getMessage();
        } catch (UnknownHostException notNow) {
            return null;
        }
    }

    @Override
    public void close() {
        var _ = client.close();
    }

    private static final class PrivateAddressException extends Exception {
        private static final long serialVersionUID = 1;

        PrivateAddressException(String message) {
            super(message);
        }
    }
}
