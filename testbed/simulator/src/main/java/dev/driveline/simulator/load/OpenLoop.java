package dev.driveline.simulator.load;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Sends at a steady rate whatever the server does: a publish that the server holds up counts from
 * the time at which it should have been sent. Touched on its lane's event loop only.
 */
final class OpenLoop {

    private static final long TICK_US = 500;

    private final Lane lane;
    private final List<Vehicle> vehicles;
    private final double intervalNs;
    private final long startNs;
    private final long endNs;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private long count;

    private OpenLoop(Lane lane, List<Vehicle> vehicles, double perSecond, long forNs) {
        this.lane = lane;
        this.vehicles = vehicles;
        this.intervalNs = 1e9 / perSecond;
        this.startNs = System.nanoTime();
        this.endNs = startNs + forNs;
    }

    /**
     * @param perSecond of this lane
     * @param forNs {@code Long.MAX_VALUE / 2}: until it is stopped
     */
    static OpenLoop start(Lane lane, List<Vehicle> vehicles, double perSecond, long forNs) {
        OpenLoop loop = new OpenLoop(lane, vehicles, perSecond, forNs);
        if (vehicles.isEmpty()) {
            loop.stop();
        } else {
            loop.tick();
        }
        return loop;
    }

    CompletableFuture<Void> done() {
        return done;
    }

    void stop() {
        done.complete(null);
    }

    private void tick() {
        if (done.isDone()) {
            return;
        }
        long nowNs = System.nanoTime();
        long dueNs = startNs + (long) (count * intervalNs);
        while (dueNs - nowNs <= 0 && dueNs - endNs < 0) {
            Vehicle vehicle = vehicles.get((int) (count % vehicles.size()));
            vehicle.publish(dueNs);
            vehicle.flush();
            count++;
            dueNs = startNs + (long) (count * intervalNs);
        }
        if (dueNs - endNs >= 0) {
            stop();
        } else {
            var _ = lane.loop.schedule(this::tick, TICK_US, TimeUnit.MICROSECONDS);
        }
    }
}
