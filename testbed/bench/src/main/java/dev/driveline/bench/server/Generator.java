package dev.driveline.bench.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.runtime.json.Json;
import dev.driveline.simulator.load.LoadGenerator;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The load generator in its own process. One caller at a time. */
public final class Generator implements AutoCloseable {

    private static final int HEAP_MB = 1_024;

    private final Child child;
    private final BufferedWriter orders;
    private final BufferedReader answers;

    private Generator(Child child) {
        this.child = child;
        this.orders = child.process().outputWriter(StandardCharsets.UTF_8);
        this.answers = child.process().inputReader(StandardCharsets.UTF_8);
    }

    /**
     * @param arguments of {@link LoadGenerator}, but for the fleet
     */
    public static Generator start(String name, Path fleet, Path logs, List<String> arguments)
            throws IOException {
        JavaProgram program =
                new JavaProgram(
                        Path.of(System.getProperty("java.home")),
                        List.of(
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-XX:+UseCompactObjectHeaders",
                                "-XX:+UseParallelGC",
                                "-Xmx" + HEAP_MB + "m"),
                        System.getProperty("java.class.path"),
                        LoadGenerator.class.getName());
        List<String> command = new ArrayList<>(program.command("--fleet", fleet.toString()));
        command.addAll(arguments);
        Generator generator =
                new Generator(
                        Child.start(name, command, Map.of(), logs.resolve(name + ".log"), true));
        generator.answer();
        return generator;
    }

    /**
     * Runs one phase and gives its figures.
     *
     * @throws IOException if the generator ended, or refused
     */
    public JsonNode run(String order) throws IOException {
        orders.write(order + "\n");
        orders.flush();
        JsonNode answer = answer();
        if (answer.has("error")) {
            throw new IOException("'" + order + "': " + answer.path("error").asText());
        }
        return answer;
    }

    private JsonNode answer() throws IOException {
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith("{\"phase\"")) {
                return Json.tree(line.getBytes(StandardCharsets.UTF_8));
            }
        }
        throw new IOException("the generator ended; it said:\n" + child.lastWords());
    }

    @Override
    public void close() throws IOException {
        orders.close();
        child.stop();
    }
}
