package dev.driveline.command;

import static dev.driveline.command.CommandRig.SOON;
import static dev.driveline.command.CommandRig.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.command.CommandResponse.Step;
import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.gateway.DownlinkReport.Outcome;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Http;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Waiting for what becomes of commands: an answer that is held back, and streams. */
class FollowIT {

    private static final AtomicInteger NEXT = new AtomicInteger(1000);
    private static final String EVERY = "commands:read commands:send";

    @TempDir static Path folder;
    private static CommandRig rig;

    private final Vin vin = Vin.of("WDRV0TESTFLLW" + NEXT.incrementAndGet());
    private final String tenant = "f" + NEXT.get();
    private final Http anna = rig.http(tenant + "/anna/" + EVERY);

    @BeforeAll
    static void start() throws Exception {
        rig = new CommandRig(folder);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void theAnswerWaitsForTheEndOfTheCommand() throws Exception {
        rig.registered(vin, tenant);
        rig.online(vin);
        CompletableFuture<HttpResponse<String>> asked = send("wait=20");
        Downlink out =
                SOON.value(
                        "the downlink",
                        () ->
                                rig.downlinks.stream()
                                        .filter(found -> found.vin().equals(vin))
                                        .findFirst()
                                        .orElse(null),
                        found -> found != null);
        rig.report(out, Outcome.DELIVERED);
        rig.respond(vin, out.id(), Step.SUCCEEDED, Map.of());
        HttpResponse<String> ended = asked.get();
        assertEquals(200, ended.statusCode(), ended.body());
        assertEquals("SUCCEEDED", Json.read(ended.body(), JsonNode.class).path("state").asText());
        assertEquals("wait=20", ended.headers().firstValue("Preference-Applied").orElse(""));
        assertEquals(
                "/api/v1/commands/" + out.id(), ended.headers().firstValue("Location").orElse(""));

        Instant before = Instant.now();
        HttpResponse<String> open = send("wait=1").get();
        assertEquals(202, open.statusCode());
        assertEquals("wait=1", open.headers().firstValue("Preference-Applied").orElse(""));
        assertTrue(Duration.between(before, Instant.now()).toMillis() >= 1_000, "it was waited");
        HttpResponse<String> atOnce = send("respond-async").get();
        assertEquals(202, atOnce.statusCode());
        assertTrue(atOnce.headers().firstValue("Preference-Applied").isEmpty());
    }

    @Test
    void aVehiclesStreamGoesOnWhereItWasLeft() throws Exception {
        rig.registered(vin, tenant);
        Vin another = Vin.of("WDRV0TESTFLLW" + NEXT.incrementAndGet());
        rig.registered(another, tenant);
        String route = "/api/v1/vehicles/" + vin + "/commands/stream";
        String first;
        String begin;
        try (Events events = follow(route, null)) {
            begin = events.await("event: begin");
            first = command(vin);
            command(another);
            String queued = events.await("QUEUED");
            assertTrue(queued.contains(first), queued);
            assertTrue(queued.contains("\"type\":\"doors.lock\""), queued);
        }
        String second = command(vin);
        // From the beginning: both of the first, then the second.
        String last;
        try (Events events = follow(route, id(begin))) {
            last = events.await(second);
            List<String> steps = events.steps();
            assertTrue(steps.get(0).contains(first) && steps.get(0).contains("ACCEPTED"));
            assertTrue(steps.get(1).contains(first) && steps.get(1).contains("QUEUED"));
            assertTrue(steps.get(2).contains(second), steps.get(2));
            assertTrue(steps.stream().noneMatch(step -> step.contains("event: reset")));
        }
        try (Events events = follow(route, id(last))) {
            assertTrue(events.await("QUEUED").contains(second));
            assertTrue(events.await("SUPERSEDED").contains(first));
            assertTrue(events.steps().stream().noneMatch(step -> step.contains("ACCEPTED")));
        }
        try (Events events = follow(route, "999999")) {
            events.await("event: reset");
            String third = command(vin);
            events.await(third);
            assertTrue(events.steps().stream().noneMatch(step -> step.contains(first)));
        }
        CommandRig.problem(
                rig.http(tenant + "/anna/" + EVERY + "/" + another).get(route),
                403,
                "OUTSIDE_CLAIM");
        CommandRig.problem(rig.http("other/x/" + EVERY).get(route), 404, "VEHICLE_UNKNOWN");
    }

    @Test
    void aBatchIsFollowedToItsEnd() throws Exception {
        rig.registered(vin, tenant);
        rig.online(vin);
        String all = "/api/v1/commands:batch";
        String id =
                ok(201, anna.post(all, "{\"type\":\"doors.lock\",\"select\":{},\"ttlS\":600}"))
                        .path("id")
                        .asText();
        try (Events events = follow(all + "/" + id + "/stream", null)) {
            events.await("\"state\":\"OPEN\"");
            ok(200, anna.post(all + "/" + id + ":start", "{}"));
            events.await("\"UNDERWAY\":1");
            Downlink out =
                    SOON.value(
                            "the downlink",
                            () ->
                                    rig.downlinks.stream()
                                            .filter(found -> found.vin().equals(vin))
                                            .findFirst()
                                            .orElse(null),
                            found -> found != null);
            rig.report(out, Outcome.DELIVERED);
            rig.respond(vin, out.id(), Step.SUCCEEDED, Map.of());
            assertTrue(events.await("\"state\":\"ENDED\"").contains("\"SUCCEEDED\":1"));
            SOON.that("the stream ends", events::ended);
        }
        String again = anna.get(all + "/" + id + "/stream").body();
        assertTrue(again.contains("\"state\":\"ENDED\""), again);
    }

    private String command(Vin of) {
        return ok(
                        202,
                        anna.post(
                                "/api/v1/vehicles/" + of + "/commands",
                                "{\"type\":\"doors.lock\",\"ttlS\":600}"))
                .path("id")
                .asText();
    }

    private CompletableFuture<HttpResponse<String>> send(String prefer) {
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create(anna.base() + "/api/v1/vehicles/" + vin + "/commands"))
                        .header("Authorization", "Bearer " + anna.token())
                        .header("Prefer", prefer)
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"type\":\"doors.lock\",\"ttlS\":600}"))
                        .build();
        return anna.client().sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private Events follow(String route, String lastSeen) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(anna.base() + route))
                        .header("Authorization", "Bearer " + anna.token());
        if (lastSeen != null) {
            request.header("Last-Event-ID", lastSeen);
        }
        HttpResponse<Stream<String>> answer =
                anna.client().send(request.build(), HttpResponse.BodyHandlers.ofLines());
        assertEquals(200, answer.statusCode());
        return new Events(answer.body());
    }

    private static String id(String event) {
        return event.lines()
                .filter(line -> line.startsWith("id: "))
                .findFirst()
                .orElseThrow()
                .substring(4);
    }

    /** Events as they come, each with its lines. */
    private static final class Events implements AutoCloseable {

        private final Stream<String> lines;
        private final List<String> seen = new CopyOnWriteArrayList<>();
        private final Thread reader;

        Events(Stream<String> lines) {
            this.lines = lines;
            this.reader = Thread.ofVirtual().start(this::read);
        }

        private void read() {
            StringBuilder event = new StringBuilder();
            try {
                lines.forEach(line -> {
                    if (line.isEmpty()) {
                        seen.add(event.toString());
                        event.setLength(0);
                    } else {
                        event.append(line).append('\n');
                    }
                });
            } catch (UncheckedIOException closed) {
                // By close().
            }
        }

        String await(String text) {
            return SOON.value(
                    "an event with " + text,
                    () ->
                            seen.stream()
                                    .filter(event -> event.contains(text))
                                    .findFirst()
                                    .orElse(null),
                    found -> found != null);
        }

        List<String> steps() {
            return seen.stream().filter(event -> event.contains("event: step")).toList();
        }

        boolean ended() {
            return !reader.isAlive();
        }

        @Override
        public void close() {
            lines.close();
        }
    }
}
