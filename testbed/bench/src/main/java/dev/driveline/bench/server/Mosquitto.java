package dev.driveline.bench.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Eclipse Mosquitto, if this machine has it. */
public final class Mosquitto {

    private static final Duration START_LIMIT = Duration.ofSeconds(10);

    private Mosquitto() {}

    /**
     * @param window QoS 1 publishes of a client that may be on their way
     */
    public static Server.Search start(Path folder, Path fleet, int window)
            throws IOException, InterruptedException {
        List<Path> found =
                Stream.concat(
                                Stream.of(System.getProperty("driveline.path", "").split(":", -1))
                                        .filter(part -> !part.isEmpty())
                                        .map(Path::of),
                                Stream.of(Path.of("/usr/sbin"), Path.of("/usr/local/sbin")))
                        .map(part -> part.resolve("mosquitto"))
                        .filter(Files::isExecutable)
                        .toList();
        if (found.isEmpty()) {
            return new Server.Search.Missing("no mosquitto on PATH or in /usr/sbin");
        }
        int port = Waiting.freePort();
        Path config = Files.createDirectories(folder).resolve("mosquitto.conf");
        Files.writeString(config, settings(port, fleet, window));
        Child child =
                Child.start(
                        "mosquitto",
                        List.of(found.getFirst().toString(), "-c", config.toString()),
                        Map.of(),
                        folder.resolve("mosquitto.log"),
                        false);
        Waiting.untilReady(child, START_LIMIT, () -> Waiting.listens(port));
        return new Server.Search.Found(
                new Peer(child, port, false, version(found.getFirst()) + ", persistence off"));
    }

    private static String settings(int port, Path fleet, int window) {
        return """
        user root
        listener %d 127.0.0.1
        cafile %s
        certfile %s
        keyfile %s
        require_certificate true
        use_identity_as_username true
        tls_version tlsv1.3
        max_connections -1
        max_inflight_messages %d
        set_tcp_nodelay true
        persistence false
        log_type none
        """
                .formatted(
                        port,
                        fleet.resolve("ca.crt"),
                        fleet.resolve("server.crt"),
                        fleet.resolve("server.key"),
                        window);
    }

    private static String version(Path program) throws IOException, InterruptedException {
        Process help =
                new ProcessBuilder(program.toString(), "-h").redirectErrorStream(true).start();
        String said = new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        help.waitFor();
        return said.lines().findFirst().orElse("mosquitto");
    }
}
