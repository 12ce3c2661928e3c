package dev.driveline.command.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.driveline.command.webhook.Attempt;
import dev.driveline.command.webhook.Delivery;
import dev.driveline.command.webhook.Secret;
import dev.driveline.command.webhook.StoredSecrets;
import dev.driveline.contract.id.TenantId;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebhookSenderTest {

    private static final Map<String, Integer> ANSWERS =
            Map.of("/ok", 200, "/moved", 302, "/busy", 429);

    private static final List<Secret> SECRETS = List.of(Secret.of(new SplittableRandom(1)));

    private final AtomicInteger requests = new AtomicInteger();
    private Vertx vertx;
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    requests.incrementAndGet();
                    exchange.getResponseHeaders().add("Location", "/ok");
                    exchange.getResponseHeaders().add("Retry-After", "17");
                    exchange.sendResponseHeaders(
                            ANSWERS.getOrDefault(exchange.getRequestURI().getPath(), 404), -1);
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void onlyTwoHundredsAreTakenAndNoRedirectionIsFollowed() throws Exception {
        try (WebhookSender sender = new WebhookSender(vertx, true, Clock.systemUTC())) {
            assertTrue(sender.send(to("127.0.0.1", "/ok"), SECRETS).taken());
            Attempt moved = sender.send(to("127.0.0.1", "/moved"), SECRETS);
            assertEquals("it answered 302, not 2xx", moved.problem());
            assertEquals(2, requests.get());
            assertEquals(
                    Duration.ofSeconds(17),
                    sender.send(to("localhost", "/busy?a=b"), SECRETS).pause());
        }
    }

    @Test
    void aPrivateAddressIsNotEvenConnectedTo() throws Exception {
        try (WebhookSender sender = new WebhookSender(vertx, false, Clock.systemUTC())) {
            for (String host : List.of("127.0.0.1", "localhost")) {
                Attempt refused = sender.send(to(host, "/ok"), SECRETS);
                assertNull(refused.status());
                assertTrue(
                        String.valueOf(refused.problem()).contains("private address 127.0.0.1"),
                        refused.toString());
                assertTrue(
                        String.valueOf(sender.refusal(to(host, "/ok").url()))
                                .contains("private address"));
            }
            assertEquals(0, requests.get());
        }
    }

    @Test
    void whoDoesNotAnswerIsNamed() throws Exception {
        int port = server.getAddress().getPort();
        server.stop(0);
        try (WebhookSender sender = new WebhookSender(vertx, true, Clock.systemUTC())) {
            assertTrue(
                    String.valueOf(
                                    sender.send(delivery("http://127.0.0.1:" + port + "/"), SECRETS)
                                            .problem())
                            .contains("refused"));
            assertEquals(
                    "no address of 'nowhere.invalid'",
                    sender.send(delivery("https://nowhere.invalid/"), SECRETS).problem());
        }
    }

    private Delivery to(String host, String path) {
        return delivery("http://" + host + ":" + server.getAddress().getPort() + path);
    }

    private static Delivery delivery(String url) {
        return new Delivery(
                1,
                new UUID(0, 1),
                URI.create(url),
                "event/1",
                new byte[] {'{', '}'},
                1,
                Instant.EPOCH,
                new StoredSecrets(TenantId.of("acme"), new UUID(0, 1), "", null));
    }
}
