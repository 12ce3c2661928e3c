package dev.driveline.runtime.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RestServerIT {

    private static final Semaphore ENTERED = new Semaphore(0);
    private static final Semaphore MAY_LEAVE = new Semaphore(0);
    private static final CountDownLatch STREAM_LEFT = new CountDownLatch(1);

    record Thing(String name, int size) {}

    private static Vertx vertx;
    private static RestServer server;
    private static Http http;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        server =
                new RestServer(
                        vertx,
                        new RestConfig("127.0.0.1", 0, 2, 1),
                        RestServerIT::callerOf,
                        new SimpleMeterRegistry());
        server.add(
                List.of(
                        Route.get(
                                "/open", null, exchange -> Answer.ok(Map.of("at", exchange.uri()))),
                        Route.get(
                                "/things/{name}",
                                Scope.REGISTRY_READ,
                                exchange -> Answer.ok(Map.of("name", exchange.path("name")))),
                        Route.post(
                                "/things:import",
                                null,
                                exchange -> Answer.accepted("/things", Map.of("verb", "import"))),
                        Route.post(
                                        "/things",
                                        null,
                                        exchange ->
                                                Answer.created(
                                                        "/things/1", exchange.body(Thing.class)))
                                .withBodyUpTo(100),
                        Route.delete("/things/{name}", null, exchange -> Answer.noContent()),
                        Route.get(
                                "/numbers",
                                null,
                                exchange -> Answer.ok(exchange.queryInteger("n", 1, 1, 10))),
                        Route.get(
                                "/ambiguous",
                                null,
                                exchange -> {
                                    throw new ProblemException(
                                            ErrorCode.SIGNAL_AMBIGUOUS,
                                            "two",
                                            Map.of("candidates", List.of("a", "b"), "status", 1));
                                }),
                        Route.get(
                                "/bug",
                                null,
                                exchange -> {
                                    throw new IllegalStateException("secret detail");
                                }),
                        Route.post("/lines", null, RestServerIT::lines).withStreamUpTo(4_000_000),
                        Route.post("/lines-secret", Scope.REGISTRY_READ, RestServerIT::lines)
                                .withStreamUpTo(4_000_000),
                        Route.get("/slow", null, RestServerIT::slow),
                        Route.get(
                                "/events",
                                null,
                                exchange -> new Answer.Events(RestServerIT::run))));
        server.start();
        http = Http.at("http://127.0.0.1:" + server.port());
    }

    @AfterAll
    static void stop() {
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void withoutOrWithAWrongTokenNobodyIsKnown() {
        Http.Response none = http.get("/things/a");
        problem(none, 401, "UNAUTHENTICATED");
        assertEquals("Bearer", none.headers().firstValue("WWW-Authenticate").orElseThrow());
        problem(http.bearer("expired").get("/things/a"), 401, "TOKEN_EXPIRED");
        JsonNode missing = problem(http.bearer("nothing").get("/things/a"), 403, "MISSING_SCOPE");
        assertEquals("registry:read", missing.path("scope").asText());
        assertEquals(200, http.bearer("registry:read").get("/things/a").status());
    }

    @Test
    void unknownRoutesAndMethodsAreTold() {
        problem(http.get("/nothing"), 404, "ROUTE_UNKNOWN");
        problem(http.get("/open/more"), 404, "ROUTE_UNKNOWN");
        problem(http.delete("/open"), 405, "METHOD_NOT_ALLOWED");
        assertEquals(405, http.send("HEAD", "/open", null, "").status());
    }

    @Test
    void aVerbIsPartOfThePath() {
        Http.Response imported = http.post("/things:import", "{}");
        assertEquals(202, imported.status());
        assertEquals("/things", imported.headers().firstValue("Location").orElseThrow());
        problem(http.post("/things:export", "{}"), 404, "ROUTE_UNKNOWN");
    }

    @Test
    void parametersAreDecodedOnce() {
        Http.Response found = http.bearer("registry:read").get("/things/a%20b%252F%C3%A4");
        assertEquals("{\"name\":\"a b%2F\u00e4\"}", found.body());
    }

    @Test
    void bodiesAreReadOrExplained() {
        Http.Response created = http.post("/things", "{\"name\":\"a\",\"size\":1}");
        assertEquals(201, created.status());
        assertEquals("{\"name\":\"a\",\"size\":1}", created.body());
        JsonNode wrong =
                problem(http.post("/things", "{\n\"size\":\"x\"}"), 400, "INVALID_REQUEST");
        assertTrue(wrong.path("detail").asText().contains("line 2"), wrong.toString());
        problem(http.post("/things", ""), 400, "INVALID_REQUEST");
        problem(http.post("/things", "x".repeat(101)), 413, "BODY_TOO_LARGE");
    }

    @Test
    void queriesAreCheckedAndNamed() {
        assertEquals("1", http.get("/numbers").body());
        for (String n : List.of("0", "11", "x", "")) {
            JsonNode wrong = problem(http.get("/numbers?n=" + n), 400, "INVALID_REQUEST");
            assertTrue(wrong.path("detail").asText().contains("query n"), wrong.toString());
        }
        int broken = http.send("GET", "/open?a=%C3", null, "").status();
        assertTrue(broken == 200 || broken == 400, "status " + broken);
    }

    @Test
    void moreMembersNeverHideTheProblemsOwn() {
        JsonNode problem = problem(http.get("/ambiguous"), 409, "SIGNAL_AMBIGUOUS");
        assertEquals(2, problem.path("candidates").size());
    }

    @Test
    void noContentHasNoBody() {
        Http.Response deleted = http.delete("/things/a");
        assertEquals(204, deleted.status());
        assertEquals("", deleted.body());
    }

    @Test
    void aBugIsAnIncidentWithoutItsInsides() {
        Http.Response bug = http.get("/bug");
        JsonNode problem = problem(bug, 500, "INTERNAL");
        assertTrue(problem.path("detail").asText().matches("incident [0-9a-f]+ .*"));
        assertTrue(problem.path("mayHaveTakenEffect").asBoolean());
        assertFalse(bug.body().contains("secret"), bug.body());
        assertFalse(bug.body().contains("Exception"), bug.body());
    }

    @Test
    void beyondTheLimitTheAnswerIsLater() {
        CompletableFuture<Http.Response> first = CompletableFuture.supplyAsync(() -> slowly());
        CompletableFuture<Http.Response> second = CompletableFuture.supplyAsync(() -> slowly());
        ENTERED.acquireUninterruptibly(2);
        Http.Response third = http.get("/slow");
        JsonNode problem = problem(third, 503, "UNAVAILABLE");
        assertTrue(problem.path("retryable").asBoolean());
        assertEquals("2", third.headers().firstValue("Retry-After").orElseThrow());
        MAY_LEAVE.release(2);
        assertEquals(200, first.join().status());
        assertEquals(200, second.join().status());
        Eventually.within(Duration.ofSeconds(5))
                .that("places are given back", () -> http.get("/open").status() == 200);
    }

    @Test
    void eventsComeAsTheyAreSentAndStreamsHaveALimit() throws Exception {
        HttpResponse<InputStream> stream =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(http.base() + "/events")).build(),
                                HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(200, stream.statusCode());
        assertEquals(
                "text/event-stream", stream.headers().firstValue("Content-Type").orElseThrow());
        String expected =
                """
                : open

                id: 1
                event: step
                data: {"n":1}

                event: step
                data: "a\\nb"

                :\s

                """;
        try (InputStream body = stream.body()) {
            assertEquals(expected, text(body, expected.length()));
            problem(http.get("/events"), 503, "UNAVAILABLE");
        }
        Eventually.within(Duration.ofSeconds(10))
                .that("the source ends with its caller", () -> STREAM_LEFT.getCount() == 0);
    }

    @Test
    void aStreamedBodyIsReadWhileItComesAndAnsweredInLines() {
        Http.Response all = http.post("/lines", "x".repeat(3_999_999));
        assertEquals(200, all.status());
        assertEquals("application/x-ndjson", all.headers().firstValue("Content-Type").orElse(""));
        assertTrue(all.body().endsWith("{\"bytes\":3999999}\n"), all.body());
        assertTrue(all.body().startsWith("{\"so far\":"), all.body());
        assertEquals("{\"bytes\":0}\n", http.post("/lines", "").body());
    }

    @Test
    void whatGoesWrongInAStreamIsItsLastLine() {
        Http.Response large = http.post("/lines", "x".repeat(4_000_001));
        assertEquals(200, large.status());
        String last = large.body().substring(large.body().lastIndexOf("{\"problem\""));
        assertEquals(
                "BODY_TOO_LARGE",
                Json.tree(last.getBytes(StandardCharsets.UTF_8)).at("/problem/code").asText());
        Http.Response bug = http.post("/lines", "!");
        assertTrue(bug.body().contains("\"code\":\"INTERNAL\""), bug.body());
        assertFalse(bug.body().contains("secret"), bug.body());
    }

    @Test
    void whoMayNotSendABodyIsAnsweredAndTheConnectionGoesOn() {
        for (int i = 0; i < 3; i++) {
            problem(http.post("/lines-secret", "x".repeat(2_000_000)), 401, "UNAUTHENTICATED");
            assertEquals(200, http.get("/open").status());
        }
    }

    private static Answer lines(Exchange exchange) {
        return new Answer.Lines(sink -> {
            InputStream body = exchange.stream();
            byte[] piece = new byte[10_000];
            long bytes = 0;
            for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
                if (count > 0 && piece[0] == '!') {
                    throw new IllegalStateException("secret detail");
                }
                bytes += count;
                assertTrue(sink.send(Map.of("so far", bytes)));
            }
            assertTrue(sink.send(Map.of("bytes", bytes)));
        });
    }

    private static Http.Response slowly() {
        return http.get("/slow");
    }

    private static Answer slow(Exchange exchange) throws InterruptedException {
        ENTERED.release();
        MAY_LEAVE.acquire();
        return Answer.ok(exchange.uri());
    }

    private static void run(Answer.EventSink sink) throws InterruptedException {
        sink.send("1", "step", Map.of("n", 1));
        sink.send("", "step", "a\nb");
        CountDownLatch never = new CountDownLatch(1);
        while (sink.keepAlive()) {
            var _ = never.await(50, java.util.concurrent.TimeUnit.MILLISECONDS);
        }
        STREAM_LEFT.countDown();
    }

    private static String text(InputStream body, int length) throws IOException {
        return new String(body.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static Caller callerOf(String token) {
        if (token.equals("expired")) {
            throw new ProblemException(ErrorCode.TOKEN_EXPIRED, "the token's exp has passed");
        }
        return new Caller("anna", null, TenantId.of("acme"), Set.of(token), null);
    }

    private static JsonNode problem(Http.Response response, int status, String code) {
        assertEquals(status, response.status(), response.body());
        assertEquals(
                "application/problem+json",
                response.headers().firstValue("Content-Type").orElseThrow());
        JsonNode problem = Json.read(response.body(), JsonNode.class);
        assertEquals(status, problem.path("status").asInt());
        assertEquals(code, problem.path("code").asText());
        for (String member :
                List.of("type", "title", "detail", "retryable", "mayHaveTakenEffect")) {
            assertTrue(problem.has(member), member);
        }
        return problem;
    }
}
