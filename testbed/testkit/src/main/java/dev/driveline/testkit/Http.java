package dev.driveline.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Requests to a service under test, bodies as text; a status is a result, never an exception.
 *
 * @param base address before the path, as {@code http://127.0.0.1:8080}
 * @param token sent as {@code Authorization: Bearer}, when there is one
 */
public record Http(HttpClient client, String base, @Nullable String token) {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** What came back. */
    public record Response(int status, HttpHeaders headers, String body) {}

    /** Requests to a base address, without a token. */
    public static Http at(String base) {
        return new Http(HttpClient.newBuilder().connectTimeout(LIMIT).build(), base, null);
    }

    /** Requests over TLS with the context's trust and, if it has one, client certificate. */
    public static Http at(String base, SSLContext tls) {
        return new Http(
                HttpClient.newBuilder().connectTimeout(LIMIT).sslContext(tls).build(), base, null);
    }

    /** The same with this token. */
    public Http bearer(String newToken) {
        return new Http(client, base, newToken);
    }

    /** GET. */
    public Response get(String path) {
        return send("GET", path, null, "application/json");
    }

    /** GET of another content type than JSON. */
    public Response get(String path, String accept) {
        return send("GET", path, null, accept);
    }

    /** DELETE. */
    public Response delete(String path) {
        return send("DELETE", path, null, "application/json");
    }

    /** POST of a JSON text. */
    public Response post(String path, String json) {
        return send("POST", path, json, "application/json");
    }

    /** PUT of a JSON text. */
    public Response put(String path, String json) {
        return send("PUT", path, json, "application/json");
    }

    /** Any method and content type; without a body it is the type that is accepted. */
    public Response send(String method, String path, @Nullable String body, String contentType) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path))
                        .timeout(LIMIT)
                        .method(
                                method,
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body));
        var _ = request.header(body == null ? "Accept" : "Content-Type", contentType);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            var response = client.send(request.build(), BodyHandlers.ofString());
            return new Response(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + base + path + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during " + method + " " + path, e);
        }
    }
}
