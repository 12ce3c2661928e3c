package dev.driveline.telemetry.trip;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.trip.Meters;
import dev.driveline.contract.trip.TripEvent;
import dev.driveline.contract.trip.TripKind;
import dev.driveline.contract.trip.TripStep;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is told when legs were found anew. Without state. */
public final class TripEvents {

    private static final int SHAPE = 1;

    private TripEvents() {}

    /** What to tell of legs that take the place of others; nothing of what stays as it was. */
    public static List<TripEvent> between(
            TenantId tenant, Vin vin, List<Leg> before, List<Leg> after) {
        Map<UUID, Leg> known = new HashMap<>();
        for (Leg leg : before) {
            if (isTold(leg)) {
                known.put(leg.id(vin), leg);
            }
        }
        List<TripEvent> events = new ArrayList<>();
        for (Leg leg : after) {
            Leg was = known.remove(leg.id(vin));
            if (isTold(leg) && !leg.equals(was)) {
                events.add(event(tenant, vin, leg, TripStep.FOUND));
            }
        }
        known.values().forEach(leg -> events.add(event(tenant, vin, leg, TripStep.WITHDRAWN)));
        return events;
    }

    private static boolean isTold(Leg leg) {
        return leg.over() && leg.kind() != Leg.Kind.WAIT;
    }

    private static TripEvent event(TenantId tenant, Vin vin, Leg leg, TripStep step) {
        boolean trip = leg.kind() == Leg.Kind.TRIP;
        return new TripEvent(
                SHAPE,
                leg.id(vin),
                tenant,
                vin,
                trip ? TripKind.TRIP : TripKind.CHARGING,
                step,
                instant(leg.startUs()),
                instant(leg.endUs()),
                trip ? leg.distanceM() : null,
                trip ? leg.isByOdometer() : null,
                trip ? leg.idleUs() / 1e6 : null,
                meters(leg.first()),
                meters(leg.last()));
    }

    /** The same numbers, with null for what is not known. */
    public static Meters meters(Readings readings) {
        boolean placed = readings.hasPosition();
        return new Meters(
                known(readings.odometerM()),
                known(readings.stateOfCharge()),
                known(readings.energyKwh()),
                known(readings.fuelL()),
                placed ? readings.latitude() : null,
                placed ? readings.longitude() : null);
    }

    private static @Nullable Double known(double value) {
        return Double.isNaN(value) ? null : value;
    }

    private static Instant instant(long us) {
        return Instant.EPOCH.plus(us, ChronoUnit.MICROS);
    }
}
