package dev.driveline.telemetry.trip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.telemetry.trip.Drive.Point;
import dev.driveline.testkit.Draw;
import dev.driveline.testkit.Trials;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Drawn drives, sent live, late, twice and out of order, looked at whenever: what is known at the
 * end is what one look at everything finds, and legs of a kind never overlap.
 */
final class LegSimulationTest {

    private static final int TRIALS = 300;
    private static final int POINTS = 250;

    /** The store and the keeper's tables, as far as legs need them. */
    private static final class Ledger {
        private final List<Point> stored = new ArrayList<>();
        private List<Leg> legs = new ArrayList<>();
        private byte @Nullable [] memory;
        private long upToUs;
        private long newUs = Long.MAX_VALUE;
        private long newestUs;

        void store(Point point) {
            if (!stored.contains(point)) {
                stored.add(point);
            }
            newUs = Math.min(newUs, point.tUs());
            newestUs = Math.max(newestUs, point.tUs());
        }

        /** Up to a time, unless it must be looked at from before what was seen. */
        void look(long limitUs, long nowUs) {
            Refolding refolding =
                    Refolding.of(memory, upToUs, Math.min(newUs, newestUs + 1), this::earliest);
            long toUs =
                    refolding.again()
                            ? newestUs + 1
                            : Math.clamp(limitUs, Math.min(upToUs, newestUs + 1), newestUs + 1);
            List<Leg> found = new ArrayList<>();
            stored.sort(ORDER);
            for (Point point : stored) {
                if (point.tUs() >= refolding.fromUs() && point.tUs() < toUs) {
                    refolding.finder().take(point.tUs(), point.clue(), point.value(), found::add);
                }
            }
            boolean all = toUs > newestUs;
            refolding.finder().atHand(all ? nowUs : toUs, found::add);
            legs.removeIf(refolding::replaces);
            legs.addAll(found);
            memory = refolding.finder().toBytes();
            upToUs = toUs;
            newUs = all ? Long.MAX_VALUE : toUs;
        }

        private long earliest(long beforeUs, long sinceUs) {
            return legs.stream()
                    .filter(leg -> leg.startUs() < beforeUs && leg.endUs() >= sinceUs)
                    .mapToLong(Leg::startUs)
                    .min()
                    .orElse(beforeUs);
        }
    }

    private static final Comparator<Point> ORDER =
            Comparator.comparingLong(Point::tUs).thenComparing(Point::clue);

    @Test
    void legsAreAFunctionOfWhatIsStored() {
        Trials.of(20)
                .run(
                        TRIALS,
                        random -> {
                            List<Point> drive = drawn(random);
                            Ledger ledger = new Ledger();
                            for (Point point : arriving(random, drive)) {
                                ledger.store(point);
                                if (random.oneIn(12)) {
                                    ledger.look(
                                            ledger.newestUs - random.nextInt(0, 600) * 1_000_000L,
                                            ledger.newestUs + random.nextInt(0, 900) * 1_000_000L);
                                }
                            }
                            long endUs = ledger.newestUs + 90_000_000L;
                            ledger.look(Long.MAX_VALUE, endUs);
                            List<Leg> whole = Drive.legs(drive, endUs);
                            whole.sort(BY_START);
                            ledger.legs.sort(BY_START);
                            assertEquals(whole, ledger.legs);
                            check(whole);
                        });
    }

    private static final Comparator<Leg> BY_START =
            Comparator.comparingLong(Leg::startUs).thenComparing(Leg::kind);

    private static List<Point> drawn(Draw random) {
        List<Point> drive = new ArrayList<>();
        boolean withIgnition = random.oneIn(2);
        double speed = 0;
        double ignition = 0;
        double charging = 0;
        long second = 0;
        for (int i = 0; i < POINTS; i++) {
            second += random.oneIn(25) ? random.nextInt(60, 5_000) : random.nextInt(1, 50);
            Clue clue = random.oneOf(List.of(Clue.values()));
            double value =
                    switch (clue) {
                        case SPEED, ODOMETER -> {
                            clue = Clue.SPEED;
                            speed = random.oneIn(8) ? (speed > 0 ? 0 : 40) : speed;
                            yield random.oneIn(30) ? Double.NaN : speed;
                        }
                        case IGNITION -> {
                            clue = withIgnition ? clue : Clue.ODOMETER;
                            ignition = random.oneIn(4) ? 1 - ignition : ignition;
                            yield withIgnition ? ignition : second * 10.0;
                        }
                        case CHARGING -> {
                            charging = random.oneIn(6) ? 1 - charging : charging;
                            yield charging;
                        }
                        case STATE_OF_CHARGE, ENERGY, FUEL, LATITUDE, LONGITUDE ->
                                random.nextInt(0, 90);
                    };
            drive.add(new Point(Drive.us(second), clue, value));
        }
        return drive;
    }

    /** Most in order, some much later, some twice. */
    private static List<Point> arriving(Draw random, List<Point> drive) {
        record Arrival(double at, Point point) {}
        List<Arrival> arrivals = new ArrayList<>();
        boolean calm = random.oneIn(3);
        for (int i = 0; i < drive.size(); i++) {
            double late = calm || !random.oneIn(6) ? 0 : random.nextDouble(0, 120);
            arrivals.add(new Arrival(i + late, drive.get(i)));
            if (random.oneIn(9)) {
                arrivals.add(new Arrival(i + random.nextDouble(0, 60), drive.get(i)));
            }
        }
        arrivals.sort(Comparator.comparingDouble(Arrival::at));
        return arrivals.stream().map(Arrival::point).toList();
    }

    private static void check(List<Leg> legs) {
        for (int i = 0; i < legs.size(); i++) {
            Leg leg = legs.get(i);
            assertTrue(leg.startUs() <= leg.endUs(), leg.toString());
            assertTrue(leg.idleUs() <= leg.endUs() - leg.startUs(), leg.toString());
            assertTrue(leg.drivenM() >= 0, leg.toString());
            for (Leg other : legs.subList(i + 1, legs.size())) {
                boolean sameKind =
                        (leg.kind() == Leg.Kind.CHARGING) == (other.kind() == Leg.Kind.CHARGING);
                assertTrue(!sameKind || other.startUs() >= leg.endUs(), leg + " " + other);
            }
        }
    }
}
