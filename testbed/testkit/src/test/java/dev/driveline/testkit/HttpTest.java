package dev.driveline.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over mutual TLS, so that the test authority's identities are proven to work as well. */
class HttpTest {
    private static final TestCa CA = TestCa.create();
    private HttpsServer server;

    @BeforeEach
    void start() throws Exception {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(
                new HttpsConfigurator(CA.server().sslContext(CA.trustStore())) {
                    @Override
                    public void configure(HttpsParameters parameters) {
                        SSLParameters tls = getSSLContext().getDefaultSSLParameters();
                        tls.setNeedClientAuth(true);
                        parameters.setSSLParameters(tls);
                    }
                });
        server.createContext("/", HttpTest::echo);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static void echo(HttpExchange exchange) throws IOException {
        String text =
                "%s %s %s %s"
                        .formatted(
                                exchange.getRequestMethod(),
                                exchange.getRequestURI(),
                                exchange.getRequestHeaders().getFirst("Authorization"),
                                new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        byte[] bytes = text.getBytes(UTF_8);
        exchange.getResponseHeaders().add("X-Seen", "yes");
        exchange.sendResponseHeaders(418, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Http as(TestIdentity identity) {
        return Http.at(
                "https://localhost:" + server.getAddress().getPort(),
                identity.sslContext(CA.trustStore()));
    }

    @Test
    void sendsMethodTokenAndBodyAndReturnsAnyStatus() {
        Http http = as(CA.vehicle("acme", "5YJSA1E26HF000337"));
        Http.Response posted = http.bearer("secret").post("/a?b=c", "{\"d\":\"ä\"}");
        assertEquals(418, posted.status());
        assertEquals("yes", posted.headers().firstValue("x-seen").orElseThrow());
        assertEquals("POST /a?b=c Bearer secret {\"d\":\"ä\"}", posted.body());
        assertEquals("GET / null ", http.get("/").body());
        assertEquals("DELETE /x null ", http.delete("/x").body());
        assertEquals("PUT /x null 1", http.put("/x", "1").body());
    }

    @Test
    void identitiesOfAnotherAuthorityAndExpiredOnesAreRefused() {
        Http stranger = as(TestCa.create().vehicle("acme", "5YJSA1E26HF000337"));
        assertThrows(UncheckedIOException.class, () -> stranger.get("/"));
        Http expired = as(CA.expiredVehicle("acme", "5YJSA1E26HF000337"));
        assertThrows(UncheckedIOException.class, () -> expired.get("/"));
    }
}
