package dev.driveline.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.runtime.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A caller of an event stream. */
final class EventReader implements AutoCloseable {

    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final BufferedReader lines;

    /** One event; the id is empty where it has none. */
    record Event(String id, String type, JsonNode data) {}

    private EventReader(String url, String token, String lastEventId) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url)).header("Authorization", "Bearer " + token);
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        var response = client.send(request.build(), BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new AssertionError("status " + response.statusCode());
        }
        lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        // The stream says that it is open; what comes later is not missed.
        if (!": open".equals(lines.readLine())) {
            throw new AssertionError("the stream does not say that it is open");
        }
        Thread.ofVirtual().start(this::read);
    }

    static EventReader open(String url, String token, String lastEventId) throws Exception {
        return new EventReader(url, token, lastEventId);
    }

    Event next() throws InterruptedException {
        Event event = events.poll(20, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("no event within 20 s");
        }
        return event;
    }

    List<Event> next(int count) throws InterruptedException {
        List<Event> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add(next());
        }
        return list;
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    private void read() {
        String id = "";
        String type = "";
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    type = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    events.add(new Event(id, type, Json.read(line.substring(6), JsonNode.class)));
                    id = "";
                }
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }
}
