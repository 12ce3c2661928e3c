package dev.driveline.gateway.mqtt;

import dev.driveline.contract.id.Vin;
import dev.driveline.gateway.uplink.Outbound;
import dev.driveline.gateway.uplink.Parcel;
import dev.driveline.gateway.uplink.Parcels;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * The platform's own events about vehicles, at most {@link #MOST_A_SECOND}; a box that is refused
 * over and over must not fill the log. Thread-safe.
 */
final class EdgeEvents {

    static final int MOST_A_SECOND = 50;

    private final Outbound outbound;
    private final Clock clock;
    private final RandomGenerator random;
    private final AtomicLong second = new AtomicLong();
    private final AtomicLong inSecond = new AtomicLong();

    EdgeEvents(Outbound outbound, Clock clock, RandomGenerator random) {
        this.outbound = outbound;
        this.clock = clock;
        this.random = random;
    }

    void event(Vin vin, String type, Map<String, Object> data) {
        long now = clock.millis() / 1_000;
        if (second.getAndSet(now) != now) {
            inSecond.set(0);
        }
        if (inSecond.incrementAndGet() <= MOST_A_SECOND) {
            UUID id = new UUID(random.nextLong(), random.nextLong());
            var _ =
                    outbound.send(
                            Parcels.platformEvent(
                                    vin, id, type, clock.instant(), data, Parcel.NO_MATTER));
        }
    }
}
