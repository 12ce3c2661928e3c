package dev.driveline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.gateway.tls.TlsConfig;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.TestIdentity;
import dev.driveline.testkit.TestKafka;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A fleet that comes all at once, while one vehicle is at work. */
class ConnectStormIT {

    private static final int CONNECTS_A_SECOND = 50;
    private static final int STORM = 400;
    private static final int PUBLISHES = 100;
    private static final boolean WORKERS = TlsConfig.DEFAULT.workers();

    @TempDir Path folder;

    @Test
    @DisplayName("trap 17: a connect storm is bounded and counted, a live session is served")
    void trap17TheStormIsBoundedAndALiveSessionIsServed() throws Exception {
        TlsConfig tight =
                new TlsConfig(
                        null,
                        CONNECTS_A_SECOND,
                        16,
                        Duration.ofSeconds(5),
                        WORKERS,
                        0,
                        TlsConfig.DEFAULT.proxyFrom(),
                        TlsConfig.DEFAULT.reloadEvery());
        try (GatewayRig rig =
                new GatewayRig(
                        TestKafka.bootstrap(),
                        TestKafka.freshPrefix(),
                        folder,
                        Clock.systemUTC(),
                        8 << 20,
                        tight)) {
            Vin vin = Vin.of("WDRV0TESTSTRM1000");
            try (RawVehicle live = firstOf(rig, vin)) {
                AtomicBoolean over = new AtomicBoolean();
                AtomicInteger tried = new AtomicInteger();
                Vin other = Vin.of("WDRV0TESTSTRM1001");
                TestIdentity stormer = rig.identity(other);
                long began = System.nanoTime();
                try (ExecutorService storm = Executors.newFixedThreadPool(8)) {
                    for (int i = 0; i < 8; i++) {
                        storm.execute(() -> connectUntil(rig, stormer, tried, over));
                    }
                    long[] tookUs = publishDuring(live, vin, tried);
                    Eventually.within(Duration.ofSeconds(20))
                            .that("the storm was", () -> tried.get() >= STORM);
                    over.set(true);
                    report(tookUs, tried.get());
                    assertTrue(tookUs[PUBLISHES - 1] < 2_000_000, "a PUBACK took too long");
                }
                double seconds = (System.nanoTime() - began) / 1e9;
                Eventually.within(Duration.ofSeconds(10))
                        .that(
                                "every connect is accounted for",
                                () -> rig.gauge("gateway.handshakes") == 0);
                double closed =
                        rig.counted("gateway.handshakes.refused", "reason", "CONNECT_RATE")
                                + rig.counted(
                                        "gateway.handshakes.refused",
                                        "reason",
                                        "HANDSHAKES_AT_ONCE");
                double done = rig.counted("gateway.tls.handshakes");
                assertTrue(closed > 0, "some were closed before TLS");
                assertTrue(
                        done <= CONNECTS_A_SECOND * (seconds + 2) + 5,
                        "%.0f handshakes in %.1f s".formatted(done, seconds));
            }
        }
    }

    private static RawVehicle firstOf(GatewayRig rig, Vin vin) {
        TestIdentity identity = rig.identity(vin);
        return Eventually.within(Duration.ofSeconds(10))
                .value(
                        "the first connect",
                        () -> {
                            RawVehicle vehicle =
                                    new RawVehicle(rig.port(), identity, rig.ca.trustStore());
                            vehicle.send(RawVehicle.connect(vin, 600));
                            assertEquals(RawVehicle.CONNACK, vehicle.read().type());
                            return vehicle;
                        },
                        vehicle -> vehicle != null);
    }

    private static void connectUntil(
            GatewayRig rig, TestIdentity identity, AtomicInteger tried, AtomicBoolean over) {
        while (!over.get()) {
            tried.incrementAndGet();
            var _ = connects(rig, identity);
        }
    }

    private static boolean connects(GatewayRig rig, TestIdentity identity) {
        try {
            new RawVehicle(rig.port(), identity, rig.ca.trustStore()).close();
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    /** Microseconds from PUBLISH to PUBACK, in rising order. */
    private static long[] publishDuring(RawVehicle live, Vin vin, AtomicInteger tried)
            throws IOException {
        Eventually.within(Duration.ofSeconds(10)).that("it storms", () -> tried.get() > 20);
        long[] tookUs = new long[PUBLISHES];
        byte[] payload = "{}".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < PUBLISHES; i++) {
            long before = System.nanoTime();
            live.send(RawVehicle.publish(i + 1, UpTopic.RESPONSES.of(vin), payload));
            assertEquals(RawVehicle.PUBACK, live.read().type());
            tookUs[i] = (System.nanoTime() - before) / 1_000;
        }
        Arrays.sort(tookUs);
        return tookUs;
    }

    private static void report(long[] tookUs, int tried) {
        LoggerFactory.getLogger(ConnectStormIT.class)
                .atInfo()
                .setMessage("storm")
                .addKeyValue("tried", tried)
                .addKeyValue("workers", WORKERS)
                .addKeyValue("p50us", tookUs[PUBLISHES / 2])
                .addKeyValue("p99us", tookUs[PUBLISHES * 99 / 100])
                .addKeyValue("maxus", tookUs[PUBLISHES - 1])
                .log();
    }
}
