package dev.driveline.telemetry.trip;

import java.util.ArrayList;
import java.util.List;

/** Clues for tests, second by second. */
final class Drive {

    static final long T0_US = 1_700_000_000_000_000L;

    record Point(long tUs, Clue clue, double value) {}

    private final List<Point> points = new ArrayList<>();
    private long seconds;

    Drive set(Clue clue, double value) {
        points.add(new Point(us(seconds), clue, value));
        return this;
    }

    /** The same value each second from now on. */
    Drive hold(Clue clue, double value, int forSeconds) {
        for (int i = 0; i < forSeconds; i++) {
            set(clue, value);
            seconds++;
        }
        return this;
    }

    Drive silence(int forSeconds) {
        seconds += forSeconds;
        return this;
    }

    List<Point> points() {
        return points;
    }

    static long us(long second) {
        return T0_US + second * 1_000_000;
    }

    /** All legs, those at hand as they are at a second. */
    List<Leg> legs(long nowSecond) {
        return legs(points, us(nowSecond));
    }

    static List<Leg> legs(List<Point> points, long nowUs) {
        LegFinder finder = new LegFinder();
        List<Leg> legs = new ArrayList<>();
        points.forEach(point -> finder.take(point.tUs(), point.clue(), point.value(), legs::add));
        finder.atHand(nowUs, legs::add);
        return legs;
    }
}
