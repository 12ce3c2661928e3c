package dev.driveline.telemetry.slice;

import dev.driveline.telemetry.sample.SignalColumns;
import dev.driveline.telemetry.sample.SignalDefinition;
import dev.driveline.testkit.Draw;
import java.util.ArrayList;
import java.util.List;

/** Random batches of one signal. */
final class DrawnColumns {

    private DrawnColumns() {}

    record Batch(long boot, long seq, long receivedUs, boolean late, SignalColumns columns) {}

    static SignalDefinition definition(Draw random) {
        boolean real = random.oneIn(4);
        return new SignalDefinition(
                "can0.M.S",
                "km/h",
                random.oneOf(List.of(1.0, 0.25, -2.0)),
                random.oneOf(List.of(0.0, -40.0)),
                real,
                !real && random.oneIn(4),
                "test@" + "0".repeat(32),
                0);
    }

    static List<Batch> batches(Draw random, SignalDefinition definition) {
        List<Batch> batches = new ArrayList<>();
        long t = 1_700_000_000_000_000L + random.nextInt(600_000_000);
        int count = 1 + random.nextInt(20);
        for (int seq = 1; seq <= count; seq++) {
            // Now and then a clock is set back, so that batches overlap.
            t += random.oneIn(6) ? -random.nextInt(30_000_000) : random.nextInt(30_000_000);
            SignalColumns columns = columns(random, definition, t);
            batches.add(
                    new Batch(
                            random.nextInt(3) - 1,
                            seq,
                            columns.lastUs() + random.nextInt(1_000_000),
                            random.oneIn(3),
                            columns));
        }
        return batches;
    }

    private static SignalColumns columns(Draw random, SignalDefinition definition, long fromUs) {
        int count = 1 + random.nextInt(60);
        SignalColumns columns =
                new SignalColumns(
                        new long[count], new int[count], new long[count], new byte[count]);
        long t = fromUs;
        int place = 0;
        for (int i = 0; i < count; i++) {
            t += random.oneIn(5) ? 0 : random.nextInt(1_000_000);
            place += 1 + random.nextInt(40);
            columns.tUs()[i] = t;
            columns.place()[i] = place;
            columns.raw()[i] = raw(random, definition);
            columns.quality()[i] = (byte) (random.oneIn(10) ? random.nextInt(5) : 0);
        }
        return columns;
    }

    private static long raw(Draw random, SignalDefinition definition) {
        if (definition.real()) {
            return Double.doubleToRawLongBits(
                    random.oneIn(20) ? Double.NaN : random.nextInt(1_000) / 8.0);
        }
        return random.oneIn(15) ? random.nextLong() : random.nextInt(200) - 100;
    }
}
