package dev.driveline.simulator.load;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * All lanes of a generator, asked together, and the waiting for them.
 *
 * <p>Thread: one caller at a time, never an event loop.
 */
final class Lanes implements Iterable<Lane>, AutoCloseable {

    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long SAY_EVERY_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long DRAIN_LIMIT_NS = TimeUnit.SECONDS.toNanos(30);

    private final MultiThreadIoEventLoopGroup loops;
    private final List<Lane> lanes = new ArrayList<>();
    private final PrintStream progress;

    Lanes(LoadConfig config, PrintStream progress) {
        this.progress = progress;
        this.loops = new MultiThreadIoEventLoopGroup(config.loops(), NioIoHandler.newFactory());
        for (int i = 0; i < config.loops(); i++) {
            lanes.add(new Lane((EventLoop) loops.next(), i, config));
        }
        // Another boot at every start: what is read back is told apart from a former run's.
        long bootSeed = System.currentTimeMillis() << 20;
        for (int i = 0; i < config.vehicles(); i++) {
            Lane lane = lanes.get(i % lanes.size());
            lane.vehicles.add(new Vehicle(config.first() + i, lane, config, bootSeed));
        }
    }

    @Override
    public Iterator<Lane> iterator() {
        return lanes.iterator();
    }

    /** A rate of all, shared out. */
    double share(int perSecond) {
        return perSecond / (double) lanes.size();
    }

    int size() {
        return lanes.size();
    }

    /** Begins something on every lane and waits until it is over everywhere. */
    void run(String what, Function<Lane, CompletableFuture<Void>> phase) {
        await(
                CompletableFuture.allOf(
                        lanes.stream()
                                .map(lane -> lane.begin(phase))
                                .toArray(CompletableFuture[]::new)),
                what);
    }

    List<String> lines(Function<Vehicle, String> line) {
        List<String> lines = new ArrayList<>();
        for (Lane lane : lanes) {
            lines.addAll(
                    lane.ask(self ->
                                    self.vehicles.stream()
                                            .map(line)
                                            .filter(text -> !text.isEmpty())
                                            .toList())
                            .join());
        }
        return lines;
    }

    void reset() {
        lanes.forEach(lane ->
                lane.ask(
                                self -> {
                                    self.tally = new Tally();
                                    return self;
                                })
                        .join());
    }

    long each(Function<Vehicle, Number> figure) {
        return sum(lane -> {
            long sum = 0;
            for (Vehicle vehicle : lane.vehicles) {
                sum += figure.apply(vehicle).longValue();
            }
            return sum;
        });
    }

    long sum(Function<Lane, Long> figure) {
        List<CompletableFuture<Long>> answers =
                lanes.stream().map(lane -> lane.ask(figure)).toList();
        return answers.stream().mapToLong(CompletableFuture::join).sum();
    }

    Map<String, Object> figures(long startNs) {
        Tally all = new Tally();
        lanes.forEach(lane ->
                lane.ask(
                                self -> {
                                    all.add(self.tally);
                                    return self;
                                })
                        .join());
        Map<String, Object> figures = all.figures();
        figures.put("tookMs", (System.nanoTime() - startNs) / 1_000_000);
        return figures;
    }

    static void await(LongSupplier rest) {
        long limitNs = System.nanoTime() + DRAIN_LIMIT_NS;
        while (rest.getAsLong() > 0 && System.nanoTime() - limitNs < 0) {
            LockSupport.parkNanos(POLL_NS);
        }
    }

    void await(CompletableFuture<?> end, String what) {
        long sayNs = System.nanoTime() + SAY_EVERY_NS;
        while (!end.isDone()) {
            LockSupport.parkNanos(POLL_NS);
            sayNs = say(what, sayNs);
        }
        end.join();
    }

    void pass(int seconds, String what) {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long sayNs = System.nanoTime() + SAY_EVERY_NS;
        while (System.nanoTime() - endNs < 0) {
            LockSupport.parkNanos(POLL_NS);
            sayNs = say(what, sayNs);
        }
    }

    private long say(String what, long sayNs) {
        if (System.nanoTime() - sayNs < 0) {
            return sayNs;
        }
        progress.printf(
                "%s: %d online, %d acknowledged%n",
                what, each(vehicle -> vehicle.isOnline() ? 1 : 0), sum(lane -> lane.tally.acked));
        return sayNs + SAY_EVERY_NS;
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
