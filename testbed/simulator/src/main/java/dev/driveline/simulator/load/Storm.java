package dev.driveline.simulator.load;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Connects vehicles of one lane, at a rate or as fast as the server's handshakes allow. Touched on
 * its lane's event loop only.
 */
final class Storm {

    private static final int TICK_MS = 1;

    private final Lane lane;
    private final Settings settings;
    private final Iterator<Vehicle> next;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final long startNs = System.nanoTime();
    private long started;
    private int inProgress;

    /**
     * How to connect.
     *
     * @param ports taken in turn by the vehicles
     * @param perSecond of this lane; 0: no limit
     * @param progress connections of this lane that may be under way at once
     */
    record Settings(FleetTls tls, int[] ports, double perSecond, int progress) {}

    private Storm(Lane lane, Settings settings, List<Vehicle> whom) {
        this.lane = lane;
        this.settings = settings;
        this.next = whom.iterator();
    }

    /** Completes when every vehicle is connected or has failed once. */
    static CompletableFuture<Void> start(Lane lane, Settings settings, List<Vehicle> whom) {
        Storm storm = new Storm(lane, settings, whom);
        storm.go();
        return storm.done;
    }

    private void go() {
        while (next.hasNext() && inProgress < settings.progress() && due()) {
            Vehicle vehicle = next.next();
            started++;
            inProgress++;
            int port = settings.ports()[vehicle.number % settings.ports().length];
            lane.connect(vehicle, settings.tls(), port, (who, problem) -> ended());
        }
        if (next.hasNext() && settings.perSecond() > 0 && inProgress < settings.progress()) {
            lane.after(TICK_MS, this::go);
        }
        if (!next.hasNext() && inProgress == 0) {
            done.complete(null);
        }
    }

    private boolean due() {
        double elapsedS = (System.nanoTime() - startNs) / 1e9;
        return settings.perSecond() <= 0 || started <= elapsedS * settings.perSecond();
    }

    private void ended() {
        inProgress--;
        if (settings.perSecond() <= 0 || !next.hasNext()) {
            // Not at once: a connection that fails within connect() would make this a deep stack.
            lane.loop.execute(this::go);
        } else if (inProgress == settings.progress() - 1) {
            lane.loop.execute(this::go);
        }
    }
}
