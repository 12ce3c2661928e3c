package dev.driveline.simulator.load;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What one lane counted since the last phase began. Touched on its lane's event loop only. */
final class Tally {

    private static final long LONGEST_US = TimeUnit.MINUTES.toMicros(10);
    private static final int DIGITS = 3;

    /** From the beginning of a connection to its CONNACK. */
    final Histogram connectUs = new Histogram(LONGEST_US, DIGITS);

    /** From the intended time of a PUBLISH to its PUBACK. */
    final Histogram ackUs = new Histogram(LONGEST_US, DIGITS);

    long resumed;
    long sent;
    long acked;
    long refused;
    long closed;
    final Map<String, Integer> failures = new TreeMap<>();

    void failed(String why) {
        failures.merge(why, 1, Integer::sum);
    }

    void connected(long ns) {
        connectUs.recordValue(Math.min(LONGEST_US, ns / 1_000));
    }

    void acked(long ns) {
        acked++;
        ackUs.recordValue(Math.clamp(ns / 1_000, 0, LONGEST_US));
    }

    void add(Tally other) {
        connectUs.add(other.connectUs);
        ackUs.add(other.ackUs);
        resumed += other.resumed;
        sent += other.sent;
        acked += other.acked;
        refused += other.refused;
        closed += other.closed;
        other.failures.forEach((why, count) -> failures.merge(why, count, Integer::sum));
    }

    /** Its figures by name; times in ms. */
    Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("connected", connectUs.getTotalCount());
        figures.put("resumed", resumed);
        figures.put("failed", failures);
        figures.put("closed", closed);
        figures.put("sent", sent);
        figures.put("acked", acked);
        figures.put("refused", refused);
        quantiles(figures, "connect", connectUs);
        quantiles(figures, "ack", ackUs);
        return figures;
    }

    private static void quantiles(Map<String, Object> figures, String what, Histogram histogram) {
        if (histogram.getTotalCount() > 0) {
            figures.put(what + "P50Ms", histogram.getValueAtPercentile(50) / 1_000.0);
            figures.put(what + "P99Ms", histogram.getValueAtPercentile(99) / 1_000.0);
            figures.put(what + "P999Ms", histogram.getValueAtPercentile(99.9) / 1_000.0);
            figures.put(what + "MaxMs", histogram.getMaxValue() / 1_000.0);
        }
    }
}
