package dev.driveline.bench.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.bench.server.Generator;
import dev.driveline.bench.server.Platform;
import dev.driveline.bench.server.Waiting;
import dev.driveline.simulator.load.Fleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.HdrHistogram.Histogram;

/**
 * What happens to live sessions while others come: a gateway is killed and all its vehicles
 * reconnect to the one that is left; then certificates are revoked, one after another.
 */
final class Unrest {

    private static final int STAYS = 1;
    private static final int KILLED = 2;
    private static final int QUIET_S = 15;
    private static final int WARM_S = 10;
    private static final int LIVE_RATE = 1_000;
    private static final int STORM_LIMIT_S = 180;
    private static final int POLL_MS = 100;
    private static final int REVOKE_PAUSE_MS = 10;
    private static final long LONGEST_MS = 600_000;

    private final Platform platform;
    private final Fleet fleet;
    private final Path folder;
    private final int live;
    private final int others;
    private final StringBuilder text = new StringBuilder();

    /**
     * @param live sessions at the gateway that stays
     * @param others sessions at the one that is killed
     */
    Unrest(Platform platform, Fleet fleet, Path folder, int live, int others) {
        this.platform = platform;
        this.fleet = fleet;
        this.folder = folder;
        this.live = live;
        this.others = others;
    }

    /** A part of the report. */
    String run(int revocations)
            throws IOException, InterruptedException, GeneralSecurityException, ExecutionException {
        try (Generator staying = generator("staying", 0, live);
                Generator coming = generator("coming", live, others)) {
            staying.run("connect ports=" + platform.port(STAYS));
            coming.run("connect ports=" + platform.port(KILLED));
            String back =
                    "drive ports=" + platform.port(STAYS) + " backoff=500 maxBackoff=5000 rate=";
            staying.run(back + LIVE_RATE);
            coming.run(back + Math.max(2, others / 60));
            Waiting.pause(WARM_S * 1_000L);
            staying.run("mark");
            Waiting.pause(QUIET_S * 1_000L);
            JsonNode quiet = staying.run("status");
            storm(staying, coming, quiet);
            revoke(staying, revocations);
        }
        return text.toString();
    }

    private Generator generator(String name, int first, int vehicles) throws IOException {
        return Generator.start(
                name,
                fleet.folder(),
                folder,
                List.of(
                        "--first",
                        Integer.toString(first),
                        "--vehicles",
                        Integer.toString(vehicles)));
    }

    private void storm(Generator staying, Generator coming, JsonNode quiet)
            throws IOException, InterruptedException {
        staying.run("mark");
        coming.run("mark");
        long killedNs = System.nanoTime();
        platform.gateway(KILLED).kill();
        double took = 0;
        int online = 0;
        while (online < others && took < STORM_LIMIT_S) {
            Waiting.pause(POLL_MS);
            JsonNode status = coming.run("status");
            online = status.path("closed").asInt() < others ? 0 : status.path("online").asInt();
            took = Drive.secondsSince(killedNs);
        }
        JsonNode during = staying.run("status");
        double factor = during.path("ackP99Ms").asDouble() / quiet.path("ackP99Ms").asDouble();
        line("| | quiet | during the storm |\n|---|---:|---:|");
        for (String figure : List.of("ackP50Ms", "ackP99Ms", "ackP999Ms", "ackMaxMs")) {
            line(
                    String.format(
                            Locale.ROOT,
                            "| PUBACK of live sessions, %s | %.1f | %.1f |",
                            figure.substring(3),
                            quiet.path(figure).asDouble(),
                            during.path(figure).asDouble()));
        }
        line(
                String.format(
                        Locale.ROOT,
                        "\n%,d of %,d vehicles were back %.1f s after the kill (%.0f full handshakes a second, generator on the same cores); "
                                + "p99 of %,d live sessions at %,d/s was %.1f × its quiet value; %d live sessions were lost.\n",
                        online,
                        others,
                        took,
                        online / took,
                        live,
                        LIVE_RATE,
                        factor,
                        during.path("closed").asInt()));
    }

    private void revoke(Generator staying, int count)
            throws IOException, InterruptedException, GeneralSecurityException, ExecutionException {
        Map<Integer, Long> revokedMs = new HashMap<>();
        for (int vehicle = 0; vehicle < count; vehicle++) {
            revokedMs.put(vehicle, System.currentTimeMillis());
            platform.registry().revoke(fleet.certificate(vehicle));
            Waiting.pause(REVOKE_PAUSE_MS);
        }
        Waiting.pause(5_000);
        Path file = folder.resolve("closes.txt");
        staying.run("closes file=" + file);
        Histogram ms = new Histogram(LONGEST_MS, 3);
        int disconnects = 0;
        for (String closed : Files.readAllLines(file)) {
            String[] parts = closed.split(" ", -1);
            Long at = revokedMs.get(Integer.valueOf(parts[0]));
            if (at != null) {
                ms.recordValue(Math.max(0, Long.parseLong(parts[1]) - at));
                disconnects += parts[2].equals("135") ? 1 : 0;
            }
        }
        line(
                String.format(
                        Locale.ROOT,
                        "Revoke → closed: %d of %d revoked certificates' connections were closed and stayed away, %d with DISCONNECT 0x87; "
                                + "from before the record is written until the vehicle sees the close p50 %d ms, p99 %d ms, max %d ms, with %,d sessions at the gateway.",
                        ms.getTotalCount(),
                        count,
                        disconnects,
                        ms.getValueAtPercentile(50),
                        ms.getValueAtPercentile(99),
                        ms.getMaxValue(),
                        live + others));
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
