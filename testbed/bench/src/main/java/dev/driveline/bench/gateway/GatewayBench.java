package dev.driveline.bench.gateway;

import dev.driveline.bench.server.Generator;
import dev.driveline.bench.server.HiveMq;
import dev.driveline.bench.server.JavaProgram;
import dev.driveline.bench.server.Mosquitto;
import dev.driveline.bench.server.Ours;
import dev.driveline.bench.server.Platform;
import dev.driveline.bench.server.Server;
import dev.driveline.simulator.load.Fleet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the gateway beside mosquitto and HiveMQ CE, one server after another. */
@Command(name = "bench-gateway", mixinStandardHelpOptions = true, showDefaultValues = true)
public final class GatewayBench implements Callable<Integer> {

    /** Of the process file limit: what a server needs besides its connections. */
    private static final int SPARE_FILES = 1_000;

    private static final int HEAP_MB = 1_024;
    private static final int LOOPS = 2;

    /** What a connect costs, not how many are let in. */
    private static final Map<String, String> UNGATED =
            Map.of("DRIVELINE_GATEWAY_MAX_CONNECTS_PER_SECOND", "100000");

    @Option(names = "--connections", defaultValue = "2000")
    private int connections;

    @Option(names = "--seconds", defaultValue = "10", description = "Of each loop.")
    private int seconds;

    @Option(names = "--rate", defaultValue = "10000", description = "Of the open loop, a second.")
    private int rate;

    @Option(names = "--window", defaultValue = "16")
    private int window;

    @Option(names = "--payload", defaultValue = "200", description = "bytes")
    private int payload;

    @Option(names = "--protocol", defaultValue = "5", description = "4 is MQTT 3.1.1, 5 is MQTT 5.")
    private int protocol;

    @Option(names = "--partitions", defaultValue = "64", description = "Of Kafka's topics.")
    private int partitions;

    @Option(names = "--only", split = ",", description = "ours, mosquitto, hivemq.")
    private List<String> only = List.of("ours", "mosquitto", "hivemq");

    @Option(
            names = "--storm",
            defaultValue = "18000",
            description = "Vehicles of the storm; 0: none.")
    private int storm;

    @Option(names = "--live", defaultValue = "500", description = "Sessions that live through it.")
    private int live;

    @Option(names = "--revocations", defaultValue = "200", description = "Of the live ones.")
    private int revocations;

    @Option(names = "--profile", description = "Record the gateway; its figures then cost more.")
    private boolean profile;

    @Option(names = "--java17", description = "Home of a JDK 17, for HiveMQ.")
    private @Nullable Path java17;

    @Option(names = "--hivemq", defaultValue = "testbed/bench/peers/hivemq/target/lib")
    private Path hivemq = Path.of("");

    @Option(names = "--folder", defaultValue = "testbed/bench/target/gateway")
    private Path folder = Path.of("");

    @Option(names = "--fleet", defaultValue = "testbed/bench/target/fleet")
    private Path fleetFolder = Path.of("");

    @Option(names = "--result", description = "File to write; none: print only.")
    private @Nullable Path result;

    private GatewayBench() {}

    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new GatewayBench())
                        // make names the file of the result, whoever calls make may name another.
                        .setOverwrittenOptionsAllowed(true)
                        .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Report report = new Report("The gateway beside its peers");
        FileLimit.require(2 * connections + SPARE_FILES);
        int vehicles = Course.GROUPS * connections;
        report.say("certificates of " + vehicles + " vehicles …");
        Fleet fleet = Fleet.in(fleetFolder, vehicles);
        Table table = new Table();
        Map<String, String> descriptions = new LinkedHashMap<>();
        Map<String, String> views = new LinkedHashMap<>();
        for (String name : only) {
            report.say(name + " …");
            Path own = WorkFolder.fresh(folder.resolve(name));
            switch (start(name, own, fleet)) {
                case Server.Search.Missing missing -> table.missing(name, missing.why());
                case Server.Search.Found(Server server) -> {
                    descriptions.put(name, server.description());
                    table.column(name, measure(name, server, own, views, report));
                }
            }
        }
        report.add(table.markdown());
        report.add(conditions(descriptions));
        if (storm > 0 && only.contains("ours")) {
            report.say("storm and revocations …");
            report.add("## A gateway killed beside live sessions\n\n" + unrest());
        }
        views.forEach((title, view) ->
                report.add("## " + title + "\n\n```\n" + view.strip() + "\n```\n"));
        report.finish(result);
        return 0;
    }

    private Server.Search start(String name, Path own, Fleet fleet) throws Exception {
        return switch (name) {
            case "ours" ->
                    new Server.Search.Found(
                            new Ours(
                                    Platform.start(
                                            new Platform.Settings(
                                                    own,
                                                    partitions,
                                                    HEAP_MB,
                                                    HEAP_MB,
                                                    List.of(),
                                                    UNGATED),
                                            fleet,
                                            Ours.SLOT),
                                    "gateway and Kafka, a JVM each, "
                                            + HEAP_MB
                                            + " MB heap each, "
                                            + partitions
                                            + " partitions, acks=all; both JVMs' CPU counted"));
            case "mosquitto" -> Mosquitto.start(own, fleet.folder(), window);
            case "hivemq" -> HiveMq.start(own, fleet.folder(), window, HEAP_MB, java17, hivemq);
            default -> throw new IllegalArgumentException("no server '" + name + "'");
        };
    }

    private Map<Figure, Double> measure(
            String name, Server server, Path own, Map<String, String> views, Report report)
            throws IOException, InterruptedException {
        try (server;
                Generator generator =
                        Generator.start("generator", fleetFolder, own, generatorArguments())) {
            Profiler profiler =
                    profile && name.equals("ours")
                            ? Profiler.of(server.front(), own)
                            : Profiler.none();
            BenchConfig config =
                    new BenchConfig(connections, seconds, rate, window, payload, protocol);
            Map<Figure, Double> figures =
                    new Course(server, generator, config, profiler, report::say).run();
            views.putAll(profiler.views());
            return figures;
        }
    }

    private String unrest() throws Exception {
        FileLimit.require(live + storm + SPARE_FILES);
        Path own = WorkFolder.fresh(folder.resolve("unrest"));
        Fleet fleet = Fleet.in(fleetFolder, live + storm);
        Platform.Settings settings =
                new Platform.Settings(own, partitions, HEAP_MB, HEAP_MB, List.of(), Map.of());
        try (Platform platform = Platform.start(settings, fleet, 1, 2)) {
            return new Unrest(platform, fleet, own, live, storm).run(revocations);
        }
    }

    private List<String> generatorArguments() {
        List<String> arguments = new ArrayList<>();
        Map.of(
                        "--vehicles", Course.GROUPS * connections,
                        "--loops", LOOPS,
                        "--window", window,
                        "--payload", payload,
                        "--protocol", protocol)
                .forEach((option, value) -> {
                    arguments.add(option);
                    arguments.add(Integer.toString(value));
                });
        return arguments;
    }

    private String conditions(Map<String, String> descriptions) {
        StringBuilder text = new StringBuilder();
        text.append(
                """
                Mutual TLS 1.3, EC P-256, a certificate a vehicle, issued by the trusted authority itself;
                %d connections, window %d, %d B a message, MQTT %s, clean start, nobody subscribes.
                Closed loop %d s after %d s of warm-up; open loop %d s at %,d/s, latency from the intended time of
                sending. Connects after ten rounds of warm-up by other vehicles, full ones and resumed ones in turn; idle memory is the growth from %d sessions to twice as many in a process that has closed none.
                CPU of the servers only (/proc/PID/stat), all of it. The generator (%d event loops)
                runs on the same cores. "Ours n ×" is our figure divided by theirs. Only ours stores what it
                acknowledges.

                """
                        .formatted(
                                connections,
                                window,
                                payload,
                                protocol == 4 ? "3.1.1" : "5",
                                seconds,
                                Course.WARM_LOOP_S,
                                seconds,
                                rate,
                                connections,
                                LOOPS));
        descriptions.forEach(
                (name, is) -> text.append("- ").append(name).append(": ").append(is).append('\n'));
        text.append("- JVM flags of ours: `")
                .append(String.join(" ", JavaProgram.PLATFORM_FLAGS))
                .append(" ")
                .append(String.join(" ", JavaProgram.heap(HEAP_MB)))
                .append("`\n");
        return text.toString();
    }
}
