package dev.driveline.simulator.load;

import dev.driveline.runtime.json.Json;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs a load in a process of its own: reads one phase a line, answers with one line of JSON.
 *
 * <p>Phases: {@code connect ports=P[,P] [from count rate progress tls=NAME]}, {@code disconnect},
 * {@code drop}, {@code closed seconds}, {@code open rate seconds}, {@code hold seconds ping},
 * {@code drive ports rate backoff maxBackoff}, {@code mark}, {@code status}, {@code settle
 * seconds}, {@code closes file}, {@code where file}, {@code acks file}. With {@code tls=NAME}
 * sessions are kept for resumption under that name; without it every handshake is a full one.
 */
@Command(name = "load", mixinStandardHelpOptions = true)
public final class LoadGenerator implements Callable<Integer> {

    @Option(names = "--fleet", required = true, description = "Folder of certificates; made.")
    private Path fleet = Path.of("");

    @Option(names = "--first", defaultValue = "0")
    private int first;

    @Option(names = "--vehicles", defaultValue = "1000")
    private int vehicles;

    @Option(names = "--loops", defaultValue = "2")
    private int loops;

    @Option(names = "--host", defaultValue = "127.0.0.1")
    private String host = "";

    @Option(names = "--protocol", defaultValue = "5", description = "4 is MQTT 3.1.1, 5 is MQTT 5.")
    private int protocol;

    @Option(names = "--keepalive", defaultValue = "1200", description = "s")
    private int keepAliveS;

    @Option(names = "--window", defaultValue = "16", description = "QoS 1 in flight a vehicle.")
    private int window;

    @Option(names = "--payload", defaultValue = "200", description = "bytes")
    private int payloadBytes;

    @Option(names = "--remember", description = "Keep what was acknowledged, for the phase acks.")
    private boolean remember;

    private LoadGenerator() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LoadGenerator()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, GeneralSecurityException {
        PrintStream answers = stream(FileDescriptor.out);
        PrintStream progress = stream(FileDescriptor.err);
        LoadConfig config =
                new LoadConfig(
                        fleet,
                        first,
                        vehicles,
                        loops,
                        host,
                        protocol,
                        keepAliveS,
                        window,
                        payloadBytes,
                        remember);
        try (Load load = new Load(config, progress);
                BufferedReader orders =
                        new BufferedReader(
                                new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            answers.println(Json.text(Map.of("phase", "ready")));
            for (String line = orders.readLine(); line != null; line = orders.readLine()) {
                if (!line.isBlank()) {
                    answers.println(Json.text(answer(load, line)));
                }
            }
        }
        return 0;
    }

    private static Map<String, Object> answer(Load load, String line)
            throws IOException, GeneralSecurityException {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("phase", line.strip().split("\\s+", -1)[0]);
        try {
            answer.putAll(load.run(Order.parse(line)));
        } catch (IllegalArgumentException wrong) {
            answer.put("error", String.valueOf(wrong.getMessage()));
        }
        return answer;
    }

    private static PrintStream stream(FileDescriptor to) {
        return new PrintStream(new FileOutputStream(to), true, StandardCharsets.UTF_8);
    }
}
