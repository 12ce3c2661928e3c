package dev.driveline.telemetry.trip;

import dev.driveline.telemetry.packing.ByteReader;
import dev.driveline.telemetry.packing.ByteWriter;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the legs in one vehicle's clues, which come in order of vehicle time.
 *
 * <pre>
 * driving:   none ─ ignition on, or ≥ 3 km/h ──────────────────▶ open
 *            open ─ ignition off and standing for 3 min ───────▶ over when that began
 *            open ─ ignition unknown and standing for 5 min ───▶ over when that began
 *            open ─ no clue for 10 min ────────────────────────▶ over at the last clue
 * charging:  none ─ is charging ─▶ open ─ not for 3 min, moves, or no clue for an hour ─▶ over
 * </pre>
 *
 * An open leg that ever moved is a trip. What was known before a leg counts at its begin for ten
 * minutes. Between two values of the speed more than a minute apart nothing is driven and nothing
 * idle. One thread.
 */
public final class LegFinder {

    /** Slower is standing, km/h. */
    static final double MOVING_KMH = 3;

    /** No leg bears a longer silence, and nothing older has a say. */
    static final long LONGEST_SILENCE_US = TimeUnit.MINUTES.toMicros(60);

    /** How long a value is still known at the begin of a leg. */
    static final long FRESH_US = TimeUnit.MINUTES.toMicros(10);

    private static final long DRIVING_SILENCE_US = TimeUnit.MINUTES.toMicros(10);
    private static final long STANDING_US = TimeUnit.MINUTES.toMicros(5);
    private static final long OFF_US = TimeUnit.MINUTES.toMicros(3);
    private static final long SPEED_HOLDS_US = TimeUnit.MINUTES.toMicros(1);
    private static final double ON = 0.5;
    private static final int FORM = 1;
    private static final int CLUES = Clue.values().length;
    private static final long NEVER = Long.MIN_VALUE / 2;

    private final double[] values = new double[CLUES];
    private final long[] times = new long[CLUES];
    private long lastUs = NEVER;
    private @Nullable Open driving;
    private @Nullable Open charging;

    /** A leg that goes on. */
    private static final class Open {
        private final long startUs;
        private long activeUs;
        private boolean moved;
        private double drivenM;
        private double drivenWhenActiveM;
        private long idleUs;
        private long waitingUs;
        private Readings first = Readings.NONE;
        private Readings last = Readings.NONE;

        Open(long startUs) {
            this.startUs = startUs;
            this.activeUs = startUs;
        }

        void touch(long tUs, Readings now) {
            activeUs = tUs;
            drivenWhenActiveM = drivenM;
            idleUs += waitingUs;
            waitingUs = 0;
            first = first.or(now);
            last = now.or(last);
        }

        Leg leg(Leg.Kind kind, boolean over) {
            return new Leg(kind, startUs, activeUs, over, drivenWhenActiveM, idleUs, first, last);
        }

        void writeTo(ByteWriter out) {
            out.zigZag(startUs)
                    .zigZag(activeUs)
                    .octet(moved ? 1 : 0)
                    .fixed64(Double.doubleToRawLongBits(drivenM))
                    .fixed64(Double.doubleToRawLongBits(drivenWhenActiveM))
                    .zigZag(idleUs)
                    .zigZag(waitingUs);
            first.writeTo(out);
            last.writeTo(out);
        }

        static Open readFrom(ByteReader in) {
            Open open = new Open(in.zigZag());
            open.activeUs = in.zigZag();
            open.moved = in.octet() != 0;
            open.drivenM = Double.longBitsToDouble(in.fixed64());
            open.drivenWhenActiveM = Double.longBitsToDouble(in.fixed64());
            open.idleUs = in.zigZag();
            open.waitingUs = in.zigZag();
            open.first = Readings.readFrom(in);
            open.last = Readings.readFrom(in);
            return open;
        }
    }

    public LegFinder() {
        Arrays.fill(values, Double.NaN);
        Arrays.fill(times, NEVER);
    }

    /**
     * Takes one value.
     *
     * @param tUs never before the one of the call before
     * @param value NaN where the vehicle says that it has none
     * @param over is told of legs that have ended
     */
    public void take(long tUs, Clue clue, double value, Consumer<Leg> over) {
        expire(tUs, over);
        if (clue == Clue.SPEED) {
            drive(tUs, value);
        }
        pass(tUs);
        values[clue.place()] = value;
        times[clue.place()] = tUs;
        lastUs = tUs;
        decide(tUs, over);
    }

    /** What goes on, or by now has ended for want of clues; changes nothing. */
    public void atHand(long nowUs, Consumer<Leg> legs) {
        if (driving != null) {
            legs.accept(driving.leg(kindOf(driving), isDrivingOver(driving, nowUs)));
        }
        if (charging != null) {
            legs.accept(charging.leg(Leg.Kind.CHARGING, isChargingOver(charging, nowUs)));
        }
    }

    /**
     * When the next of the legs at hand ends unless a clue comes, of those that are not over by
     * then; Long.MAX_VALUE for none.
     */
    public long endsUs(long nowUs) {
        long ends = Long.MAX_VALUE;
        if (driving != null && !isDrivingOver(driving, nowUs)) {
            long silent = lastUs + DRIVING_SILENCE_US;
            boolean parked = !isActive(lastUs) && isKnown(Clue.IGNITION);
            ends = parked ? Math.min(silent, driving.activeUs + OFF_US) : silent;
        }
        if (charging != null && !isChargingOver(charging, nowUs)) {
            long silent = lastUs + LONGEST_SILENCE_US;
            boolean paused = !isOn(Clue.CHARGING);
            ends = Math.min(ends, paused ? charging.activeUs + OFF_US : silent);
        }
        return ends;
    }

    /** Where the trip or wait at hand began; Long.MAX_VALUE for none. */
    long drivingSinceUs() {
        return driving == null ? Long.MAX_VALUE : driving.startUs;
    }

    /** Where the charging session at hand began; Long.MAX_VALUE for none. */
    long chargingSinceUs() {
        return charging == null ? Long.MAX_VALUE : charging.startUs;
    }

    private void expire(long tUs, Consumer<Leg> over) {
        if (driving != null && isDrivingOver(driving, tUs)) {
            over.accept(driving.leg(kindOf(driving), true));
            driving = null;
        }
        if (tUs - lastUs > DRIVING_SILENCE_US) {
            forget(Clue.SPEED);
            forget(Clue.IGNITION);
        }
        if (charging != null && isChargingOver(charging, tUs)) {
            over.accept(charging.leg(Leg.Kind.CHARGING, true));
            charging = null;
        }
        if (tUs - lastUs > LONGEST_SILENCE_US) {
            forget(Clue.CHARGING);
        }
    }

    /**
     * A silence is no proof of standing: without an ignition that is off, only what the clues up to
     * the last one say counts.
     */
    private boolean isDrivingOver(Open open, long tUs) {
        if (tUs - lastUs > DRIVING_SILENCE_US) {
            return true;
        }
        if (isActive(lastUs)) {
            return false;
        }
        return isKnown(Clue.IGNITION)
                ? tUs - open.activeUs > OFF_US
                : lastUs - open.activeUs > STANDING_US;
    }

    private boolean isChargingOver(Open open, long tUs) {
        return tUs - lastUs > LONGEST_SILENCE_US
                || (!isOn(Clue.CHARGING) && tUs - open.activeUs > OFF_US);
    }

    /** What was true up to now, before the value that comes. */
    private void pass(long tUs) {
        Open open = driving;
        if (open != null) {
            if (isStanding(tUs)) {
                open.waitingUs += tUs - lastUs;
            }
            if (isActive(tUs)) {
                touch(open, tUs);
            }
        }
        if (charging != null && isOn(Clue.CHARGING)) {
            touch(charging, tUs);
        }
    }

    private void drive(long tUs, double value) {
        int speed = Clue.SPEED.place();
        long dtUs = tUs - times[speed];
        if (driving != null && dtUs <= SPEED_HOLDS_US) {
            double metres = (values[speed] + value) / 2 / 3.6 * dtUs / 1e6;
            driving.drivenM += Double.isNaN(metres) ? 0 : metres;
        }
    }

    private void decide(long tUs, Consumer<Leg> over) {
        boolean moves = isMoving(tUs);
        if (isActive(tUs)) {
            if (driving == null) {
                driving = new Open(tUs);
                if (!isFresh(Clue.IGNITION, tUs)) {
                    forget(Clue.IGNITION);
                }
            }
            driving.moved |= moves;
            touch(driving, tUs);
        }
        if (charging != null && moves) {
            over.accept(charging.leg(Leg.Kind.CHARGING, true));
            charging = null;
            forget(Clue.CHARGING);
        }
        if (charging == null && !isFresh(Clue.CHARGING, tUs)) {
            forget(Clue.CHARGING);
        }
        if (isOn(Clue.CHARGING) && !moves) {
            if (charging == null) {
                charging = new Open(tUs);
            }
            touch(charging, tUs);
        }
    }

    private boolean isActive(long tUs) {
        return isOn(Clue.IGNITION) || isMoving(tUs);
    }

    private boolean isOn(Clue clue) {
        return values[clue.place()] >= ON;
    }

    private boolean isMoving(long tUs) {
        return speedHolds(tUs) && values[Clue.SPEED.place()] >= MOVING_KMH;
    }

    private boolean isStanding(long tUs) {
        return speedHolds(tUs) && values[Clue.SPEED.place()] < MOVING_KMH;
    }

    private boolean speedHolds(long tUs) {
        return tUs - times[Clue.SPEED.place()] <= SPEED_HOLDS_US;
    }

    /** What is known now, but nothing from before a time. */
    private Readings readings(long sinceUs) {
        boolean placed =
                times[Clue.LATITUDE.place()] >= sinceUs && times[Clue.LONGITUDE.place()] >= sinceUs;
        return new Readings(
                since(Clue.ODOMETER, sinceUs),
                since(Clue.STATE_OF_CHARGE, sinceUs),
                since(Clue.ENERGY, sinceUs),
                since(Clue.FUEL, sinceUs),
                placed ? values[Clue.LATITUDE.place()] : Double.NaN,
                placed ? values[Clue.LONGITUDE.place()] : Double.NaN);
    }

    private double since(Clue clue, long sinceUs) {
        return times[clue.place()] >= sinceUs ? values[clue.place()] : Double.NaN;
    }

    private void touch(Open open, long tUs) {
        open.touch(tUs, readings(open.startUs - FRESH_US));
    }

    private boolean isFresh(Clue clue, long tUs) {
        return times[clue.place()] >= tUs - FRESH_US;
    }

    private boolean isKnown(Clue clue) {
        return !Double.isNaN(values[clue.place()]);
    }

    private void forget(Clue clue) {
        values[clue.place()] = Double.NaN;
    }

    private static Leg.Kind kindOf(Open open) {
        return open.moved ? Leg.Kind.TRIP : Leg.Kind.WAIT;
    }

    /**
     * All that it remembers. Shape: a byte of the form, 1; the last time; of each clue its value's
     * bits and its time; then for driving and charging a byte, 1 where a leg follows.
     */
    public byte[] toBytes() {
        ByteWriter out = new ByteWriter(512).octet(FORM).zigZag(lastUs);
        for (int clue = 0; clue < CLUES; clue++) {
            out.fixed64(Double.doubleToRawLongBits(values[clue])).zigZag(times[clue]);
        }
        write(out, driving);
        write(out, charging);
        return out.toBytes();
    }

    /**
     * Reads what {@link #toBytes} wrote.
     *
     * @throws IllegalArgumentException if it is none, or another version's
     */
    public static LegFinder fromBytes(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        int form = in.octet();
        if (form != FORM) {
            throw new IllegalArgumentException("a finder of legs in form " + form);
        }
        LegFinder finder = new LegFinder();
        finder.lastUs = in.zigZag();
        for (int clue = 0; clue < CLUES; clue++) {
            finder.values[clue] = Double.longBitsToDouble(in.fixed64());
            finder.times[clue] = in.zigZag();
        }
        finder.driving = read(in);
        finder.charging = read(in);
        if (in.remaining() > 0) {
            throw new IllegalArgumentException("bytes behind a finder of legs");
        }
        return finder;
    }

    private static void write(ByteWriter out, @Nullable Open open) {
        out.octet(open == null ? 0 : 1);
        if (open != null) {
            open.writeTo(out);
        }
    }

    private static @Nullable Open read(ByteReader in) {
        return in.octet() == 0 ? null : Open.readFrom(in);
    }
}
