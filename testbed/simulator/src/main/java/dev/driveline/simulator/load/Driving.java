package dev.driveline.simulator.load;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Vehicles of one lane that publish on and on and find back by themselves: after a loss each waits
 * (full jitter, growing with every failure) and tries the next port. Touched on its lane's event
 * loop only.
 */
final class Driving {

    private static final long FOREVER_NS = Long.MAX_VALUE / 2;
    private static final int MAX_DOUBLINGS = 16;

    private final Lane lane;
    private final Settings settings;
    private final OpenLoop sending;
    private final int[] failures;
    private boolean healing = true;

    /**
     * How they drive.
     *
     * @param perSecond batches a second of the lane
     * @param backoffMs of the first wait, at most
     * @param maxBackoffMs of any wait
     */
    record Settings(FleetTls tls, int[] ports, double perSecond, int backoffMs, int maxBackoffMs) {}

    private Driving(Lane lane, List<Vehicle> vehicles, Settings settings) {
        this.lane = lane;
        this.settings = settings;
        this.failures = new int[lane.config.first() + lane.config.vehicles()];
        lane.afterLoss(this::again);
        this.sending = OpenLoop.start(lane, vehicles, settings.perSecond(), FOREVER_NS);
        vehicles.stream().filter(Vehicle::isAway).forEach(this::again);
    }

    static Driving start(Lane lane, List<Vehicle> vehicles, Settings settings) {
        return new Driving(lane, vehicles, settings);
    }

    /** Any thread: no further batches; those on their way are still brought home. */
    void stopSending() {
        sending.stop();
    }

    /** Any thread: no further reconnections. */
    void stopHealing() {
        lane.loop.execute(() -> {
            healing = false;
            lane.afterLoss(vehicle -> {});
        });
    }

    private void again(Vehicle vehicle) {
        int doublings = Math.min(failures[vehicle.number], MAX_DOUBLINGS);
        long limitMs = Math.min(settings.maxBackoffMs(), (long) settings.backoffMs() << doublings);
        lane.after(1 + ThreadLocalRandom.current().nextLong(limitMs), () -> connect(vehicle));
    }

    private void connect(Vehicle vehicle) {
        if (!healing || vehicle.isOnline()) {
            return;
        }
        if (!vehicle.isAway()) {
            // The last connection is still closing.
            lane.after(settings.backoffMs(), () -> connect(vehicle));
            return;
        }
        int port = settings.ports()[vehicle.attempts() % settings.ports().length];
        lane.connect(vehicle, settings.tls(), port, this::ended);
    }

    private void ended(Vehicle vehicle, @Nullable String problem) {
        if (problem == null) {
            failures[vehicle.number] = 0;
        } else {
            failures[vehicle.number]++;
            again(vehicle);
        }
    }
}
