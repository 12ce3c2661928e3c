package dev.driveline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.gateway.tls.AddressRange;
import dev.driveline.gateway.tls.TlsConfig;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.TestAuthority;
import dev.driveline.testkit.TestIdentity;
import dev.driveline.testkit.TestKafka;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in: real TLS, real Kafka; every test has vehicles of its own. */
class TrustIT {

    private static final int ACCEPTED = 0;
    private static final int NOT_AUTHORIZED = 5;

    @TempDir static Path folder;

    private static final AtomicInteger NEXT = new AtomicInteger(1000);
    private static GatewayRig rig;

    private final Vin vin = Vin.of("WDRV0TESTTRST" + NEXT.incrementAndGet());
    private final TestIdentity identity = rig.identity(vin);

    @BeforeAll
    static void start() throws IOException {
        byte[] key = new byte[48];
        new SecureRandom().nextBytes(key);
        Path tickets =
                Files.writeString(
                        folder.resolve("tickets"), Base64.getEncoder().encodeToString(key));
        rig =
                new GatewayRig(
                        TestKafka.bootstrap(),
                        TestKafka.freshPrefix(),
                        folder,
                        Clock.systemUTC(),
                        8 << 20,
                        new TlsConfig(
                                tickets,
                                10_000,
                                64,
                                Duration.ofSeconds(5),
                                true,
                                0,
                                List.of(AddressRange.parse("127.0.0.0/8")),
                                Duration.ofMillis(100)));
        Vin first = Vin.of("WDRV0TESTTRST1000");
        // The trust anchor travels by Kafka: the first vehicle may come before it.
        Eventually.within(Duration.ofSeconds(10))
                .passes("the anchor is known", () -> connect(first, rig.identity(first)).close());
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    @DisplayName("trap 6: a revocation closes the live session in under a second")
    void trap6ALiveSessionIsClosed() throws IOException {
        try (RawVehicle vehicle = connect(vin, identity)) {
            long before = System.nanoTime();
            rig.revoke(identity.certificate());
            awaitClosed(vehicle);
            long tookMs = (System.nanoTime() - before) / 1_000_000;
            assertTrue(tookMs < 1_000, "it took " + tookMs + " ms");
        }
    }

    @Test
    @DisplayName("trap 6: a revocation while the vehicle connects is not missed")
    void trap6ARevocationWhileItConnects() throws Exception {
        for (int i = 0; i < 10; i++) {
            Vin each = Vin.of("WDRV0TESTTRST" + NEXT.incrementAndGet());
            TestIdentity own = rig.identity(each);
            Thread revoking = Thread.startVirtualThread(() -> rig.revoke(own.certificate()));
            try (RawVehicle vehicle = new RawVehicle(rig.port(), own, rig.ca.trustStore())) {
                vehicle.send(RawVehicle.connect(each, 60));
                RawVehicle.Packet answer = vehicle.read();
                if (answer.body()[1] == ACCEPTED) {
                    awaitClosed(vehicle);
                }
            } catch (SSLException | EOFException | SocketException refused) {
                revoking.join();
            }
            revoking.join();
        }
    }

    @Test
    @DisplayName("trap 6: a resumed TLS session of a revoked certificate is refused")
    void trap6AResumedSessionIsJudged() throws Exception {
        SSLContext context = identity.sslContext(rig.ca.trustStore());
        double resumed = resumed();
        connect(context, "127.0.0.1", ACCEPTED).close();
        connect(context, "127.0.0.1", ACCEPTED).close();
        assertEquals(resumed + 1, resumed(), "the second one was resumed");
        rig.revoke(identity.certificate());
        awaitRevoked();
        connect(context, "127.0.0.1", NOT_AUTHORIZED).close();
        assertEquals(resumed + 2, resumed(), "the handshake itself went through");
    }

    @Test
    void aSessionIsResumedOnAnotherGatewayWithTheSameTicketKeys() throws Exception {
        // JSSE knows a session by its server's name and port.
        rig.startAnother("127.0.0.2", 2);
        SSLContext context = identity.sslContext(rig.ca.trustStore());
        double resumed = resumed();
        connect(context, "127.0.0.1", ACCEPTED).close();
        RawVehicle there = connect(context, "127.0.0.2", ACCEPTED);
        assertEquals(resumed + 1, resumed());
        there.close();
    }

    @Test
    void aTicketOfAKeyThatIsGoneIsWorthNothing() throws Exception {
        SSLContext context = identity.sslContext(rig.ca.trustStore());
        connect(context, "127.0.0.1", ACCEPTED).close();
        double taken = rig.counted("gateway.tls.reloads", "what", "ticket-keys");
        byte[] key = new byte[48];
        new SecureRandom().nextBytes(key);
        Files.writeString(folder.resolve("tickets"), Base64.getEncoder().encodeToString(key));
        Eventually.within(Duration.ofSeconds(5))
                .that(
                        "the new keys are taken",
                        () -> rig.counted("gateway.tls.reloads", "what", "ticket-keys") > taken);
        double resumed = resumed();
        connect(context, "127.0.0.1", ACCEPTED).close();
        assertEquals(resumed, resumed());
        connect(context, "127.0.0.1", ACCEPTED).close();
        assertEquals(resumed + 1, resumed());
    }

    @Test
    void aVehicleThatComesBackCostsNoSecondPathValidation() throws IOException {
        connect(vin, identity).close();
        double before = rig.validations();
        for (int i = 0; i < 5; i++) {
            connect(vin, identity).close();
        }
        assertEquals(before, rig.validations());
    }

    @Test
    @DisplayName("trap 7: a certificate whose revocation list cannot be fetched connects")
    void trap7NoListIsFetched() throws IOException {
        TestAuthority authority = TestAuthority.root("Lists");
        rig.anchor(authority.certificate(), List.of(""));
        TestIdentity listed =
                authority.vehicleWithRevocationAt(
                        GatewayRig.TENANT.value(), vin.value(), "http://127.0.0.1:1/nothing");
        Eventually.within(Duration.ofSeconds(5))
                .passes("the new anchor is known", () -> connect(vin, listed).close());
    }

    @Test
    @DisplayName("trap 12: a refused handshake is explained, by vehicle and by address")
    void trap12ARefusedHandshakeIsExplained() {
        TestIdentity stranger =
                TestAuthority.root("Stranger").vehicle(GatewayRig.TENANT.value(), vin.value());
        double refused = rig.counted("gateway.handshakes.refused", "reason", "PATH");
        assertThrows(IOException.class, () -> connect(vin, stranger));
        ConsumerRecord<byte[], byte[]> event =
                rig.await(
                        Topic.VEHICLE_EVENTS,
                        vin,
                        "the explanation",
                        record ->
                                EventTypes.ACCESS_REFUSED.equals(
                                        GatewayRig.header(record, Headers.EVENT_TYPE)));
        String text = new String(event.value(), StandardCharsets.UTF_8);
        String serial = stranger.certificate().getSerialNumber().toString(16);
        for (String part :
                List.of(
                        "\"claimed\":true",
                        "\"reason\":\"PATH\"",
                        "\"peer\":\"127.0.0.1\"",
                        "\"anchor\":\"none\"",
                        "CN=Stranger",
                        serial)) {
            assertTrue(text.contains(part), () -> part + " in " + text);
        }
        assertEquals(refused + 1, rig.counted("gateway.handshakes.refused", "reason", "PATH"));
    }

    @Test
    @DisplayName(
            "trap 12: a handshake that fails before a certificate is seen is counted by reason")
    void trap12EarlyFailuresAreCounted() throws Exception {
        countsOne(
                "NOT_TLS",
                () -> {
                    try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), rig.port())) {
                        plain.getOutputStream()
                                .write(
                                        "GET / HTTP/1.1\r\n\r\n"
                                                .getBytes(StandardCharsets.US_ASCII));
                        assertEquals(-1, drain(plain));
                    }
                });
        countsOne(
                "NO_CERTIFICATE",
                () -> {
                    try (SSLSocket nobody =
                            (SSLSocket)
                                    anonymous()
                                            .getSocketFactory()
                                            .createSocket(
                                                    InetAddress.getLoopbackAddress(), rig.port())) {
                        nobody.startHandshake();
                        assertThrows(IOException.class, () -> nobody.getInputStream().read());
                    }
                });
        countsOne(
                "PROTOCOL_VERSION",
                () -> {
                    try (Socket old = new Socket(InetAddress.getLoopbackAddress(), rig.port())) {
                        // A ClientHello of TLS 1.1 with one cipher suite.
                        old.getOutputStream()
                                .write(
                                        HexFormat.of()
                                                .parseHex(
                                                        "160302002d"
                                                                + "01000029"
                                                                + "0302"
                                                                + "11".repeat(32)
                                                                + "00"
                                                                + "0002002f"
                                                                + "0100"));
                        drain(old);
                    }
                });
        countsOne(
                "TIMEOUT",
                () -> {
                    try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), rig.port())) {
                        silent.setSoTimeout(8_000);
                        assertEquals(-1, drain(silent));
                    }
                });
    }

    @Test
    @DisplayName("trap 13: a renewed server certificate is taken without a restart, sessions stay")
    void trap13TheServerCertificateIsReloaded() throws Exception {
        try (RawVehicle live = connect(vin, identity)) {
            BigInteger before = serverSerial(live);
            rig.ca.server().writeTo(folder.resolve("next"), "server");
            for (String name : List.of("server.crt.pem", "server.key.pem")) {
                Files.move(
                        folder.resolve("next").resolve(name),
                        folder.resolve(name),
                        StandardCopyOption.ATOMIC_MOVE);
            }
            Vin later = Vin.of("WDRV0TESTTRST" + NEXT.incrementAndGet());
            BigInteger after =
                    Eventually.within(Duration.ofSeconds(5))
                            .value(
                                    "a new certificate",
                                    () -> {
                                        try (RawVehicle next =
                                                connect(later, rig.identity(later))) {
                                            return serverSerial(next);
                                        }
                                    },
                                    serial -> !serial.equals(before));
            assertNotEquals(before, after);
            live.send(RawVehicle.ping());
            assertEquals(RawVehicle.PINGRESP, live.read().type());

            double refused = rig.counted("gateway.tls.reloads", "outcome", "refused");
            Files.writeString(folder.resolve("server.key.pem"), rig.ca.server().keyPem());
            Eventually.within(Duration.ofSeconds(5))
                    .that(
                            "the pair that does not fit is refused",
                            () ->
                                    rig.counted("gateway.tls.reloads", "outcome", "refused")
                                            == refused + 1);
            try (RawVehicle next = connect(later, rig.identity(later))) {
                assertEquals(after, serverSerial(next));
            }
        }
        // Whole again, for the other tests' gateways.
        rig.ca.server().writeTo(folder, "server");
    }

    @Test
    @DisplayName("trap 16: only the leaf identifies, inside the handshake")
    void trap16OnlyTheLeafIdentifies() {
        TestAuthority leaf =
                new TestAuthority(identity.certificate(), identity.key(), identity.chain());
        TestIdentity signedByALeaf = leaf.vehicle(GatewayRig.TENANT.value(), vin.value());
        double refused = rig.counted("gateway.handshakes.refused", "reason", "PATH");
        assertThrows(IOException.class, () -> connect(vin, signedByALeaf));
        assertEquals(refused + 1, rig.counted("gateway.handshakes.refused", "reason", "PATH"));
    }

    @Test
    void aVehicleBehindALoadBalancerKeepsItsAddress() throws Exception {
        try (Socket balancer = new Socket(InetAddress.getLoopbackAddress(), rig.proxyPort())) {
            proxyHeader(balancer, "203.0.113.7");
            try (RawVehicle vehicle =
                    new RawVehicle(balancer, identity.sslContext(rig.ca.trustStore()))) {
                vehicle.send(RawVehicle.connect(vin, 60));
                assertEquals(ACCEPTED, vehicle.read().body()[1]);
            }
        }
        TestIdentity stranger =
                TestAuthority.root("Far").vehicle(GatewayRig.TENANT.value(), vin.value());
        try (Socket balancer = new Socket(InetAddress.getLoopbackAddress(), rig.proxyPort())) {
            proxyHeader(balancer, "203.0.113.8");
            assertThrows(
                    IOException.class,
                    () -> {
                        try (RawVehicle vehicle =
                                new RawVehicle(
                                        balancer, stranger.sslContext(rig.ca.trustStore()))) {
                            vehicle.send(RawVehicle.connect(vin, 60));
                            vehicle.read();
                        }
                    });
        }
        rig.await(
                Topic.VEHICLE_EVENTS,
                vin,
                "the client's address",
                record ->
                        new String(record.value(), StandardCharsets.UTF_8)
                                .contains("\"peer\":\"203.0.113.8\""));
        countsOne(
                "PROXY_HEADER",
                () -> {
                    try (Socket direct =
                            new Socket(InetAddress.getLoopbackAddress(), rig.proxyPort())) {
                        assertThrows(
                                IOException.class,
                                () ->
                                        new RawVehicle(
                                                direct, identity.sslContext(rig.ca.trustStore())));
                    }
                });
    }

    private interface Try {
        void run() throws Exception;
    }

    private static void countsOne(String reason, Try attempt) throws Exception {
        double before = rig.counted("gateway.handshakes.refused", "reason", reason);
        attempt.run();
        Eventually.within(Duration.ofSeconds(10))
                .value(
                        "one more of " + reason,
                        () -> rig.counted("gateway.handshakes.refused", "reason", reason),
                        now -> now == before + 1);
    }

    private static RawVehicle connect(Vin who, TestIdentity as) throws IOException {
        RawVehicle vehicle = new RawVehicle(rig.port(), as, rig.ca.trustStore());
        vehicle.send(RawVehicle.connect(who, 60));
        assertEquals(ACCEPTED, vehicle.read().body()[1]);
        return vehicle;
    }

    private RawVehicle connect(SSLContext context, String host, int expected) throws IOException {
        RawVehicle vehicle =
                new RawVehicle(new Socket(InetAddress.ofLiteral(host), rig.port()), context);
        vehicle.send(RawVehicle.connect(vin, 60));
        assertEquals(expected, vehicle.read().body()[1]);
        return vehicle;
    }

    private void awaitRevoked() {
        double before = rig.counted("gateway.handshakes.refused", "reason", "REVOKED");
        Eventually.within(Duration.ofSeconds(5))
                .that(
                        "the revocation is in force",
                        () -> {
                            assertThrows(IOException.class, () -> connect(vin, identity).close());
                            return rig.counted("gateway.handshakes.refused", "reason", "REVOKED")
                                    > before;
                        });
    }

    /** Closed, which is not the same as silent. */
    private static void awaitClosed(RawVehicle vehicle) {
        IOException end = assertThrows(IOException.class, vehicle::read);
        assertFalse(end instanceof SocketTimeoutException, "it is still open");
    }

    private static double resumed() {
        return rig.counted("gateway.tls.handshakes", "resumed", "true");
    }

    private static BigInteger serverSerial(RawVehicle vehicle) throws IOException {
        return ((X509Certificate) vehicle.session().getPeerCertificates()[0]).getSerialNumber();
    }

    private static int drain(Socket socket) throws IOException {
        try {
            int last;
            do {
                last = socket.getInputStream().read();
            } while (last >= 0);
            return last;
        } catch (SocketException reset) {
            return -1;
        }
    }

    private static SSLContext anonymous() throws Exception {
        KeyStore store = rig.ca.trustStore();
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** PROXY protocol 2.2 §2.2: PROXY, TCP over IPv4. */
    private static void proxyHeader(Socket socket, String client) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "2111" + "000c"));
        out.write(InetAddress.ofLiteral(client).getAddress());
        out.write(InetAddress.ofLiteral("127.0.0.1").getAddress());
        out.write(HexFormat.of().parseHex("c350" + "22b5"));
        out.flush();
    }
}
