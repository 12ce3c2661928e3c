package dev.driveline.allinone.tour;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.runtime.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** REST calls of the tour; shows request and answer. */
final class Rest implements AutoCloseable {

    private static final int SHOWN_CHARACTERS = 360;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final URI api;
    private final String token;
    private final PrintStream out;

    Rest(URI api, String token, PrintStream out) {
        this.api = api;
        this.token = token;
        this.out = out;
    }

    /** An answer. */
    record Reply(int status, JsonNode body) {}

    /** Sends, and prints both ways. */
    Reply show(String method, String path, @Nullable Object body)
            throws IOException, InterruptedException {
        out.println("  > " + method + " " + path + (body == null ? "" : "  " + Json.text(body)));
        Reply reply = send(method, path, body);
        String text = reply.body().toString();
        out.println(
                "  < "
                        + reply.status()
                        + "  "
                        + (text.length() > SHOWN_CHARACTERS
                                ? text.substring(0, SHOWN_CHARACTERS) + " …"
                                : text));
        return reply;
    }

    /** Sends without a word, for what is asked again and again. */
    Reply send(String method, String path, @Nullable Object body)
            throws IOException, InterruptedException {
        HttpResponse<byte[]> answer =
                client.send(
                        request(path)
                                .timeout(LIMIT)
                                .method(
                                        method,
                                        body == null
                                                ? HttpRequest.BodyPublishers.noBody()
                                                : HttpRequest.BodyPublishers.ofByteArray(
                                                        Json.bytes(body)))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        byte[] bytes = answer.body();
        return new Reply(
                answer.statusCode(),
                bytes.length == 0 ? Json.mapper().createObjectNode() : Json.tree(bytes));
    }

    /**
     * Reads server-sent events until one satisfies {@code last} or the stream ends; prints each.
     */
    @Nullable JsonNode follow(String path, Predicate<JsonNode> last)
            throws IOException, InterruptedException {
        out.println("  > GET " + path + "  (events)");
        HttpResponse<InputStream> answer =
                client.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofInputStream());
        long startNs = System.nanoTime();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                if (line.startsWith("data: ")) {
                    JsonNode event = Json.read(line.substring("data: ".length()), JsonNode.class);
                    out.printf(
                            "  < %5d ms  %s%n", (System.nanoTime() - startNs) / 1_000_000, event);
                    if (last.test(event)) {
                        return event;
                    }
                }
                line = lines.readLine();
            }
        }
        return null;
    }

    /** Whether something answers there. */
    static boolean answers(URI uri) {
        try (HttpClient probe =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(2)).build();
            return probe.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException nobody) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(api.resolve(path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json");
    }
}
