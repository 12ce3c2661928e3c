package dev.driveline.bench.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.bench.server.Generator;
import dev.driveline.bench.server.Platform;
import dev.driveline.bench.server.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Vehicles under way between two gateways, and what can be asked about them. One caller. */
final class Drive {

    /** Of the vehicles: who counts as recovered. */
    static final double MOST = 0.99;

    private static final int POLL_MS = 200;

    private final Generator generator;
    private final Platform platform;
    private final PresenceWatch presence;
    private final List<String> vins;
    private final Path folder;

    Drive(
            Generator generator,
            Platform platform,
            PresenceWatch presence,
            List<String> vins,
            Path folder) {
        this.generator = generator;
        this.platform = platform;
        this.presence = presence;
        this.vins = vins;
        this.folder = folder;
    }

    JsonNode run(String order) throws IOException {
        return generator.run(order);
    }

    /** Everything is counted anew. */
    void forget() throws IOException {
        generator.run("mark");
    }

    /** From now on it is counted anew who was acknowledged. */
    void mark() throws IOException {
        generator.run("mark keep=true");
    }

    /** Seconds from {@code sinceNs} until most vehicles were acknowledged after the mark. */
    OptionalDouble mostAcknowledged(long sinceNs, double limitS)
            throws IOException, InterruptedException {
        while (true) {
            JsonNode status = generator.run("status");
            if (status.path("ackedSinceMark").asDouble() >= MOST * vins.size()) {
                return OptionalDouble.of(secondsSince(sinceNs));
            }
            if (secondsSince(sinceNs) > limitS) {
                return OptionalDouble.empty();
            }
            Waiting.pause(POLL_MS);
        }
    }

    /** Seconds from {@code sinceNs} until presence says of every vehicle where it is. */
    OptionalDouble presenceRight(long sinceNs, double limitS)
            throws IOException, InterruptedException {
        while (true) {
            if (presenceFaults().isEmpty()) {
                return OptionalDouble.of(secondsSince(sinceNs));
            }
            if (secondsSince(sinceNs) > limitS) {
                return OptionalDouble.empty();
            }
            Waiting.pause(POLL_MS);
        }
    }

    Map<String, Integer> presenceFaults() throws IOException {
        return presence.faults(vins, where());
    }

    private Map<String, Integer> where() throws IOException {
        Path file = folder.resolve("where.txt");
        generator.run("where file=" + file);
        Map<Integer, Integer> slots = Map.of(platform.port(1), 1, platform.port(2), 2);
        Map<String, Integer> where = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            String[] parts = line.split(" ", -1);
            where.put(parts[0], slots.get(Integer.valueOf(parts[1])));
        }
        return where;
    }

    static double secondsSince(long ns) {
        return (System.nanoTime() - ns) / 1e9;
    }
}
