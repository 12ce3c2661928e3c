package dev.driveline.command.http;

import dev.driveline.command.webhook.Address;
import dev.driveline.command.webhook.Attempt;
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
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * POSTs to servers that are not ours. The name is resolved once and the connection goes to that
 * very address, so that no name can lead into a private network after it was looked at;
 * redirections are not followed, and of an answer only the status and Retry-After count.
 * Thread-safe; {@link #post} blocks.
 */
final class PinnedPosts implements AutoCloseable {

    /** Connections to one receiver. */
    private static final int CONNECTIONS = 32;

    private static final int CONNECT_LIMIT_MS = 5_000;
    private static final int IDLE_LIMIT_S = 60;
    private static final int MAX_ANSWER_BYTES = 64 * 1024;
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private final HttpClient client;
    private final boolean privateAddresses;
    private final String setting;
    private final Duration limit;

    /**
     * @param privateAddresses whether a URL may lead into a private network
     * @param setting that says so, for the refusal
     * @param limit for the whole of a request
     */
    PinnedPosts(Vertx vertx, boolean privateAddresses, String setting, Duration limit) {
        this.privateAddresses = privateAddresses;
        this.setting = setting;
        this.limit = limit;
        this.client =
                vertx.createHttpClient(
                        new HttpClientOptions()
                                .setConnectTimeout(CONNECT_LIMIT_MS)
                                .setIdleTimeout(IDLE_LIMIT_S)
                                .setVerifyHost(true),
                        new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    }

    /** Tries once. */
    Attempt post(URI url, Map<String, String> headers, byte[] body) throws InterruptedException {
        try {
            return request(url, headers, body)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (UnknownHostException unknown) {
            return Attempt.unanswered("no address of '" + url.getHost() + "'");
        } catch (PrivateAddressException refused) {
            return Attempt.unanswered(String.valueOf(refused.getMessage()));
        } catch (TimeoutException slow) {
            return Attempt.unanswered("no answer within " + limit.toSeconds() + " s");
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            return Attempt.unanswered(String.valueOf(cause == null ? failed : cause.getMessage()));
        }
    }

    private Future<Attempt> request(URI url, Map<String, String> headers, byte[] body)
            throws UnknownHostException, PrivateAddressException {
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
                        .setTimeout(limit.toMillis());
        return client.request(to)
                .compose(request -> {
                    headers.forEach(request::putHeader);
                    return request.send(Buffer.buffer(body))
                            .map(answer -> {
                                passOver(request, answer);
                                return Attempt.answered(answer.statusCode(), waitIn(answer));
                            });
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
                            + ", "
                            + setting
                            + " is false");
        }
        return address.getHostAddress();
    }

    /**
     * Why a URL must not be asked; null if it may be, or its name cannot be resolved now.
     *
     * @param url with a host
     */
    @Nullable String refusal(URI url) {
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
