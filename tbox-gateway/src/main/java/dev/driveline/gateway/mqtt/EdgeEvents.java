package dev.driveline.gateway.mqtt;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.gateway.link.Effect;
import dev.driveline.gateway.operation.SessionHead;
import dev.driveline.gateway.uplink.Outbound;
import dev.driveline.gateway.uplink.Parcel;
import dev.driveline.gateway.uplink.Parcels;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * The platform's own events about vehicles. Those that a box can give rise to over and over without
 * a session are at most {@link #MOST_A_SECOND}, so that it does not fill the log. Thread-safe.
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
            unlimited(vin, type, data);
        }
    }

    /** What an operator did: that must not be missing, and comes by hand. */
    void unlimited(Vin vin, String type, Map<String, Object> data) {
        send(vin, new UUID(random.nextLong(), random.nextLong()), type, data);
    }

    /**
     * One a session, however many vehicles connect; the event's id follows from the session's, so
     * that it costs no random number.
     */
    void opened(SessionHead head, RunId run, int slot, boolean resumed) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("session", head.session());
        data.put("run", run);
        data.put("slot", slot);
        data.put("protocol", head.protocol());
        data.put("peer", head.peer());
        data.put("resumed", resumed);
        send(head.vin(), idOf(head, 1), EventTypes.SESSION_OPENED, data);
    }

    /** One a session, too. */
    void closed(SessionHead head, Effect.Offline offline) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("session", head.session());
        data.put("cause", offline.cause());
        Integer code = offline.code();
        if (code != null) {
            data.put("reasonCode", code);
        }
        data.put("durationS", Duration.between(head.since(), clock.instant()).toSeconds());
        data.put("published", offline.published());
        send(head.vin(), idOf(head, 2), EventTypes.SESSION_CLOSED, data);
    }

    private static UUID idOf(SessionHead head, long which) {
        return new UUID(head.session().bits(), which);
    }

    private void send(Vin vin, UUID id, String type, Map<String, Object> data) {
        var _ =
                outbound.send(
                        Parcels.platformEvent(
                                vin, id, type, clock.instant(), data, Parcel.NO_MATTER));
    }
}
