package dev.driveline.simulator;

import dev.driveline.can.Catalogue;
import dev.driveline.contract.id.Vin;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The simulator as a command-line tool: registers a fleet, enrols it, and lets it drive or replay a
 * recorded log.
 */
@Command(
        name = "simulator",
        mixinStandardHelpOptions = true,
        description =
                "Simulated vehicles: they enrol, connect by MQTT over mutual TLS, and drive or replay a log.")
public final class Main implements Callable<Integer> {

    private static final int REPORT_EVERY_S = 5;

    @Option(
            names = "--vehicles",
            defaultValue = "1",
            description = "How many (default: ${DEFAULT-VALUE}).")
    private int vehicles;

    @Option(
            names = "--log",
            description =
                    "A candump log, plain or gz, to be replayed; without it our own car drives.")
    private @Nullable Path log;

    @Option(
            names = "--dbc",
            description =
                    "A DBC file of the log, FILE or FILE@bus; may be repeated. Its catalogue is registered.")
    private List<String> dbc = new ArrayList<>();

    @Option(names = "--j1939", description = "A bus that is matched by PGN; may be repeated.")
    private List<String> j1939 = new ArrayList<>();

    @Option(
            names = "--decode",
            description =
                    "The vehicles decode their frames themselves and send signals (SignalBatch) instead.")
    private boolean decode;

    @Option(
            names = "--speed",
            defaultValue = "1",
            description = "1 real time, 10 ten times as fast, 0 as fast as possible.")
    private double speed;

    @Option(
            names = "--time",
            defaultValue = "now",
            description = "now: the first frame is now; recorded: as in the log.")
    private String time;

    @Option(
            names = "--api",
            defaultValue = "http://localhost:8080",
            description = "REST (default: ${DEFAULT-VALUE}).")
    private URI api;

    @Option(
            names = "--est",
            defaultValue = "https://localhost:8443",
            description = "EST (default: ${DEFAULT-VALUE}).")
    private URI est;

    @Option(
            names = "--gateway",
            defaultValue = "localhost:8883",
            description = "MQTT over TLS (default: ${DEFAULT-VALUE}).")
    private String gateway;

    @Option(
            names = "--dev",
            defaultValue = "data/dev",
            description =
                    "Folder with ca.crt, operator.jwt and command-root.pem (default: ${DEFAULT-VALUE}).")
    private Path dev;

    @Option(
            names = "--folder",
            defaultValue = "data/simulator",
            description =
                    "Where the TBoxes keep their keys and journals (default: ${DEFAULT-VALUE}).")
    private Path folder;

    @Option(
            names = "--prefix",
            defaultValue = "WDRVS0000NA",
            description = "The first 11 characters of the VINs (default: ${DEFAULT-VALUE}).")
    private String prefix;

    private final PrintStream out;
    private final Clock clock = Clock.systemUTC();

    private Main(PrintStream out) {
        this.out = out;
        this.time = "now";
        this.api = URI.create("http://localhost:8080");
        this.est = URI.create("https://localhost:8443");
        this.gateway = "localhost:8883";
        this.dev = Path.of("data/dev");
        this.folder = Path.of("data/simulator");
        this.prefix = "WDRVS0000NA";
    }

    public static void main(String[] arguments) {
        PrintStream out =
                new PrintStream(
                        new java.io.FileOutputStream(java.io.FileDescriptor.out),
                        true,
                        StandardCharsets.UTF_8);
        System.exit(new CommandLine(new Main(out)).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        String token = Files.readString(dev.resolve("operator.jwt")).strip();
        List<TBox> fleet = new ArrayList<>();
        List<VehicleModel> models = new ArrayList<>();
        try (Provisioning provisioning = new Provisioning(api, token)) {
            List<Provisioning.Bus> buses = buses();
            String model = register(provisioning, buses);
            Catalogue decodesBy = decode ? VehicleCatalogue.of(buses) : null;
            Enrolment enrolment = new Enrolment(est, Pem.certificates(dev.resolve("ca.crt")));
            for (int number = 1; number <= vehicles; number++) {
                VehicleModel car =
                        new VehicleModel(
                                VehicleModel.Kind.PETROL, number * 97.0, 48.1, 11.5, 1_000);
                models.add(car);
                fleet.add(box(provisioning, enrolment, model, decodesBy, number, car));
            }
        }
        out.println(fleet.size() + " vehicles enrolled, the first is " + vin(1));
        List<CompletableFuture<Long>> drives = new ArrayList<>();
        for (int i = 0; i < fleet.size(); i++) {
            fleet.get(i).start();
            drives.add(fleet.get(i).drive(source(models.get(i))));
        }
        return follow(fleet, CompletableFuture.allOf(drives.toArray(CompletableFuture[]::new)));
    }

    private String register(Provisioning provisioning, List<Provisioning.Bus> buses)
            throws IOException, InterruptedException {
        if (log == null) {
            provisioning.model("driveline-petrol", "Driveline's petrol car", buses);
            return "driveline-petrol";
        }
        provisioning.model("replayed", "A replayed log", buses);
        return "replayed";
    }

    private List<Provisioning.Bus> buses() throws IOException {
        if (log == null) {
            return OwnVehicle.registered(VehicleModel.Kind.PETROL);
        }
        List<Provisioning.Bus> buses = new ArrayList<>();
        for (String argument : dbc) {
            int at = argument.lastIndexOf('@');
            String bus = at < 0 ? "can0" : argument.substring(at + 1);
            Path file = Path.of(at < 0 ? argument : argument.substring(0, at));
            String matching = j1939.contains(bus) ? "J1939" : "EXACT";
            buses.add(
                    new Provisioning.Bus(
                            bus,
                            matching,
                            String.valueOf(file.getFileName()),
                            Files.readAllBytes(file)));
        }
        return buses;
    }

    private TBox box(
            Provisioning provisioning,
            Enrolment enrolment,
            String model,
            @Nullable Catalogue decodesBy,
            int number,
            VehicleModel car)
            throws IOException, InterruptedException, GeneralSecurityException {
        Vin vin = vin(number);
        String serial = "SIM-" + vin;
        Path own = folder.resolve(vin.value());
        Files.createDirectories(own);
        provisioning.vehicle(vin, model, serial, Map.of("simulated", "true"));
        if (!Files.exists(own.resolve("tbox.crt"))) {
            enrolment.withToken(own, serial, provisioning.enrolmentToken(serial));
        }
        int colon = gateway.lastIndexOf(':');
        TBoxConfig config =
                TBoxConfig.driving(
                        vin,
                        own,
                        gateway.substring(0, colon),
                        Integer.parseInt(gateway.substring(colon + 1)),
                        dev.resolve("ca.crt"),
                        dev.resolve("command-root.pem"));
        if (decodesBy != null) {
            config = config.withDecoding(decodesBy);
        }
        return new TBox(speed == 0 ? config.withLossless(64) : config, car, clock);
    }

    private FrameSource source(VehicleModel car) {
        Path recorded = log;
        return recorded == null
                ? new OwnVehicle(car, clock)
                : new ReplaySource(recorded, speed, time.equals("now"), clock);
    }

    private Vin vin(int number) {
        return Vin.of(prefix + "%06d".formatted(number));
    }

    /** Prints how it goes until all have arrived. */
    private int follow(List<TBox> fleet, CompletableFuture<Void> arrived)
            throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        var _ = arrived.whenComplete((nothing, failure) -> done.countDown());
        long startNs = System.nanoTime();
        boolean ended;
        do {
            ended = done.await(REPORT_EVERY_S, TimeUnit.SECONDS);
            out.printf(
                    "%4d s  connected %d of %d, frames %,d, batches acknowledged %,d, waiting %,d%n",
                    Duration.ofNanos(System.nanoTime() - startNs).toSeconds(),
                    fleet.stream().filter(TBox::isConnected).count(),
                    fleet.size(),
                    fleet.stream().mapToLong(TBox::frames).sum(),
                    fleet.stream().mapToLong(TBox::acknowledgedBatches).sum(),
                    fleet.stream().mapToLong(TBox::waitingBatches).sum());
        } while (!ended);
        fleet.forEach(TBox::close);
        return arrived.isCompletedExceptionally() ? 1 : 0;
    }
}
