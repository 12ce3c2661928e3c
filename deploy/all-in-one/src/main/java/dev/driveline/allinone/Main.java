package dev.driveline.allinone;

import dev.driveline.runtime.settings.Settings;
import dev.driveline.runtime.settings.SettingsException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code make run}. */
public final class Main {

    private static final int STATUS_EVERY_S = 5;

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream out =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        long startNs = System.nanoTime();
        AllInOne platform;
        try {
            Settings settings = Settings.of(System.getenv());
            var _ = settings.text("log.level", "INFO");
            AllInOneConfig config = AllInOneConfig.from(settings);
            settings.finish();
            platform = AllInOne.start(config, step -> out.println("  " + step));
        } catch (SettingsException wrong) {
            wrong.problems().forEach(problem -> out.println("setting: " + problem));
            System.exit(1);
            return;
        } catch (Exception failed) {
            out.println("cannot start: " + failed.getMessage());
            for (Throwable cause = failed.getCause(); cause != null; cause = cause.getCause()) {
                out.println("  because: " + cause.getMessage());
            }
            System.exit(1);
            return;
        }
        CountDownLatch stopping = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform()
                                .unstarted(() -> {
                                    stopping.countDown();
                                    platform.close();
                                    stopped.countDown();
                                }));
        ready(out, platform, startNs);
        status(out, platform.process().metrics(), stopping);
        stopped.await();
    }

    private static void ready(PrintStream out, AllInOne platform, long startNs) {
        AllInOneConfig config = platform.config();
        out.printf("READY after %.1f s%n", (System.nanoTime() - startNs) / 1e9);
        out.println(
                "  REST        "
                        + platform.api()
                        + "/api/v1    token: "
                        + config.dev().resolve("operator.jwt"));
        out.println(
                "  MQTT        mqtts://localhost:"
                        + platform.gatewayPort()
                        + "    CA: "
                        + config.dev().resolve("ca.crt"));
        out.println("  WebSocket   wss://localhost:" + platform.webSocketPort() + "/mqtt");
        out.println("  EST         " + platform.est() + "/.well-known/est");
        out.println(
                "  admin       http://localhost:"
                        + platform.process().admin().port()
                        + "/readyz  /metrics");
        out.println(
                "  Kafka       "
                        + platform.kafkaBootstrap()
                        + "    PostgreSQL  localhost:"
                        + platform.postgresPort());
        out.println(
                "  your own vehicle: "
                        + platform.reservedVin()
                        + " in "
                        + config.dev().resolve("vehicles"));
        out.println("  Ctrl-C stops; data are kept in " + config.data());
    }

    private static void status(PrintStream out, MeterRegistry metrics, CountDownLatch stopping)
            throws InterruptedException {
        double before = sum(metrics, "gateway.publishes");
        while (!stopping.await(STATUS_EVERY_S, TimeUnit.SECONDS)) {
            double now = sum(metrics, "gateway.publishes");
            Gauge sessions = metrics.find("gateway.sessions").gauge();
            out.printf(
                    "vehicles online %d   messages/s %.1f   samples %,.0f   commands %,.0f%n",
                    sessions == null ? 0 : (long) sessions.value(),
                    (now - before) / STATUS_EVERY_S,
                    sum(metrics, "telemetry.samples.stored"),
                    accepted(metrics));
            before = now;
        }
    }

    private static double sum(MeterRegistry metrics, String name) {
        return metrics.find(name).counters().stream().mapToDouble(Counter::count).sum();
    }

    private static double accepted(MeterRegistry metrics) {
        Timer accepted = metrics.find("command.age").tag("state", "ACCEPTED").timer();
        return accepted == null ? 0 : accepted.count();
    }
}
