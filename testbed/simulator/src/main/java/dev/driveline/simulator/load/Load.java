package dev.driveline.simulator.load;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * The vehicles of a generator, and the phases that it can be told to run.
 *
 * <p>Thread: one caller at a time; a phase blocks until it is over.
 */
final class Load implements AutoCloseable {

    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Fleet fleet;
    private final Lanes lanes;
    private final Map<String, FleetTls> contexts = new HashMap<>();
    private final List<Driving> driving = new ArrayList<>();
    private long markNs;

    Load(LoadConfig config, PrintStream progress) throws IOException, GeneralSecurityException {
        this.fleet = Fleet.in(config.fleet(), config.first() + config.vehicles());
        this.lanes = new Lanes(config, progress);
    }

    /**
     * Runs one phase and gives its figures.
     *
     * @throws IllegalArgumentException if there is no such phase, or a value is missing
     */
    Map<String, Object> run(Order order) throws IOException, GeneralSecurityException {
        return switch (order.word()) {
            case "connect" -> connect(order);
            case "disconnect" -> disconnect(order);
            case "drop" -> drop(order);
            case "closed" -> closed(order);
            case "open" -> open(order);
            case "hold" -> hold(order);
            case "drive" -> drive(order);
            case "mark" -> mark(order);
            case "status" -> status();
            case "settle" -> settle(order);
            case "closes" -> closes(order);
            case "where" -> where(order);
            case "acks" -> acks(order);
            default -> throw new IllegalArgumentException("no phase '" + order.word() + "'");
        };
    }

    private Map<String, Object> connect(Order order) throws IOException, GeneralSecurityException {
        FleetTls tls = tls(order);
        Predicate<Vehicle> whom = chosen(order);
        int width = Math.max(1, order.number("progress", 64) / lanes.size());
        Storm.Settings settings =
                new Storm.Settings(tls, order.ports(), lanes.share(order.number("rate", 0)), width);
        lanes.reset();
        long startNs = System.nanoTime();
        lanes.run(
                "connect",
                lane -> Storm.start(lane, settings, lane.vehicles.stream().filter(whom).toList()));
        return lanes.figures(startNs);
    }

    /** {@code tls=NAME} takes or makes a context that keeps sessions; without it none is kept. */
    private FleetTls tls(Order order) throws IOException, GeneralSecurityException {
        String name = order.values().getOrDefault("tls", "");
        FleetTls known = contexts.get(name);
        if (known == null) {
            known = FleetTls.of(fleet, !name.isEmpty());
            contexts.put(name, known);
        }
        return known;
    }

    private static Predicate<Vehicle> chosen(Order order) {
        int from = order.number("from", 0);
        long until = (long) from + order.number("count", Integer.MAX_VALUE);
        return vehicle -> vehicle.number >= from && vehicle.number < until;
    }

    /** Connections are lost without a word; vehicles that drive come back by themselves. */
    private Map<String, Object> drop(Order order) {
        Predicate<Vehicle> whom = chosen(order);
        long startNs = System.nanoTime();
        lanes.reset();
        lanes.each(vehicle -> {
            if (whom.test(vehicle)) {
                vehicle.drop();
            }
            return 0;
        });
        return lanes.figures(startNs);
    }

    private Map<String, Object> disconnect(Order order) {
        Predicate<Vehicle> whom = chosen(order);
        long startNs = System.nanoTime();
        lanes.reset();
        driving.forEach(drive -> drive.stopHealing());
        lanes.each(vehicle -> {
            if (whom.test(vehicle)) {
                vehicle.leave();
            }
            return 0;
        });
        Lanes.await(() -> lanes.each(vehicle -> whom.test(vehicle) && !vehicle.isAway() ? 1 : 0));
        return lanes.figures(startNs);
    }

    private Map<String, Object> closed(Order order) {
        lanes.reset();
        Predicate<Vehicle> whom = chosen(order);
        long startNs = System.nanoTime();
        lanes.each(vehicle -> switchClosedLoop(vehicle, whom, true));
        lanes.pass(order.number("seconds", 10), "closed loop");
        double seconds = (System.nanoTime() - startNs) / 1e9;
        long acked = lanes.sum(lane -> lane.tally.acked);
        lanes.each(vehicle -> switchClosedLoop(vehicle, whom, false));
        drain();
        Map<String, Object> figures = lanes.figures(startNs);
        figures.put("ackedPerS", Math.round(acked / seconds));
        return figures;
    }

    private static int switchClosedLoop(Vehicle vehicle, Predicate<Vehicle> whom, boolean on) {
        if (whom.test(vehicle)) {
            vehicle.closedLoop(on);
        }
        return 0;
    }

    private Map<String, Object> open(Order order) {
        lanes.reset();
        Predicate<Vehicle> whom = chosen(order);
        double perSecond = lanes.share(order.number("rate", 1_000));
        long forNs = TimeUnit.SECONDS.toNanos(order.number("seconds", 10));
        long startNs = System.nanoTime();
        lanes.run(
                "open loop",
                lane -> {
                    List<Vehicle> online =
                            lane.vehicles.stream().filter(whom).filter(Vehicle::isOnline).toList();
                    return OpenLoop.start(lane, online, perSecond, forNs).done();
                });
        drain();
        return lanes.figures(startNs);
    }

    private Map<String, Object> hold(Order order) {
        lanes.reset();
        long startNs = System.nanoTime();
        int everyS = order.number("ping", 60);
        int seconds = order.number("seconds", 10);
        for (int rest = seconds; rest > 0; rest -= everyS) {
            lanes.each(vehicle -> {
                vehicle.ping();
                return 0;
            });
            lanes.pass(Math.min(rest, everyS), "hold");
        }
        return lanes.figures(startNs);
    }

    private Map<String, Object> drive(Order order) throws IOException, GeneralSecurityException {
        Driving.Settings settings =
                new Driving.Settings(
                        tls(order),
                        order.ports(),
                        lanes.share(order.number("rate", 1_000)),
                        order.number("backoff", 200),
                        order.number("maxBackoff", 5_000));
        Predicate<Vehicle> whom = chosen(order);
        lanes.reset();
        for (Lane lane : lanes) {
            driving.add(
                    lane.ask(self ->
                                    Driving.start(
                                            self,
                                            self.vehicles.stream().filter(whom).toList(),
                                            settings))
                            .join());
        }
        return lanes.figures(System.nanoTime());
    }

    /** From now on; {@code keep=true} goes on counting all but who was acknowledged since. */
    private Map<String, Object> mark(Order order) {
        if (!order.values().containsKey("keep")) {
            lanes.reset();
        }
        markNs = System.nanoTime();
        return new LinkedHashMap<>();
    }

    private Map<String, Object> status() {
        Map<String, Object> figures = lanes.figures(markNs);
        long mark = markNs;
        figures.put("online", lanes.each(vehicle -> vehicle.isOnline() ? 1 : 0));
        figures.put(
                "ackedSinceMark", lanes.each(vehicle -> vehicle.acknowledgedSince(mark) ? 1 : 0));
        figures.put("unacknowledged", lanes.each(Vehicle::unacknowledged));
        figures.put("waiting", lanes.each(vehicle -> vehicle.unacknowledged() > 0 ? 1 : 0));
        figures.put(
                "waitingOnline",
                lanes.each(vehicle -> vehicle.isOnline() && vehicle.unacknowledged() > 0 ? 1 : 0));
        return figures;
    }

    /** Ends the driving and waits until everything sent is acknowledged. */
    private Map<String, Object> settle(Order order) {
        driving.forEach(drive -> drive.stopSending());
        long limitNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(order.number("seconds", 60));
        while (lanes.each(Vehicle::unacknowledged) > 0 && System.nanoTime() - limitNs < 0) {
            LockSupport.parkNanos(POLL_NS);
        }
        return status();
    }

    private Map<String, Object> closes(Order order) throws IOException {
        List<String> lines =
                lanes.lines(vehicle ->
                        vehicle.isOnline()
                                ? ""
                                : "%d %d %d"
                                        .formatted(
                                                vehicle.number,
                                                vehicle.closedAtMs(),
                                                vehicle.disconnectCode()));
        Files.write(Path.of(order.text("file")), lines);
        return new LinkedHashMap<>(Map.of("lines", lines.size()));
    }

    private Map<String, Object> where(Order order) throws IOException {
        List<String> lines =
                lanes.lines(vehicle ->
                        vehicle.isOnline()
                                ? vehicle.acknowledged.vin() + " " + vehicle.port()
                                : "");
        Files.write(Path.of(order.text("file")), lines);
        return new LinkedHashMap<>(Map.of("lines", lines.size()));
    }

    private Map<String, Object> acks(Order order) throws IOException {
        long batches = 0;
        try (DataOutputStream out =
                new DataOutputStream(
                        new BufferedOutputStream(
                                Files.newOutputStream(Path.of(order.text("file")))))) {
            for (Lane lane : lanes) {
                for (Acknowledged of :
                        lane.ask(self -> self.vehicles.stream().map(v -> v.acknowledged).toList())
                                .join()) {
                    batches += of.count();
                    of.write(out);
                }
            }
        }
        return new LinkedHashMap<>(Map.of("batches", batches));
    }

    private void drain() {
        Lanes.await(() -> lanes.each(Vehicle::unacknowledged));
    }

    @Override
    public void close() {
        lanes.close();
    }
}
