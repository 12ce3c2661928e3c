package dev.driveline.telemetry.rule;

import dev.driveline.telemetry.packing.ByteReader;
import dev.driveline.telemetry.packing.ByteWriter;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A signal's recent past in {@value #PARTS} parts of equal length, however many values there are:
 * it moves on by a part at a time, and holds between 63 and 64 of them. Where a part begins follows
 * from the time alone, so the same values give the same answers. One thread.
 */
final class Window {

    static final int PARTS = 64;

    private final long partUs;
    private final Deque<Part> parts = new ArrayDeque<>();

    Window(long lengthUs) {
        this.partUs = Math.max(1, lengthUs / PARTS);
    }

    /** A window of a signal, by its place in the rule. */
    record Over(int signal, long lengthUs) {}

    /** What a window is asked for; {@code RATE} is the change from first to last value a second. */
    enum Function {
        MIN,
        MAX,
        AVG,
        RATE
    }

    private static final class Part {
        private final long number;
        private long count;
        private double least = Double.POSITIVE_INFINITY;
        private double greatest = Double.NEGATIVE_INFINITY;
        private double sum;
        private long firstUs;
        private double first;
        private long lastUs;
        private double last;

        Part(long number) {
            this.number = number;
        }
    }

    void put(long t, double value) {
        long number = Math.floorDiv(t, partUs);
        Part part = parts.peekLast();
        if (part == null || part.number != number) {
            part = new Part(number);
            part.firstUs = t;
            part.first = value;
            parts.addLast(part);
        }
        part.count++;
        part.least = Math.min(part.least, value);
        part.greatest = Math.max(part.greatest, value);
        part.sum += value;
        part.lastUs = t;
        part.last = value;
        forget(number);
    }

    /** NaN where there are too few values for an answer. */
    double of(Function function, long nowUs) {
        forget(Math.floorDiv(nowUs, partUs));
        if (parts.isEmpty()) {
            return Double.NaN;
        }
        return switch (function) {
            case MIN -> parts.stream().mapToDouble(part -> part.least).min().orElse(Double.NaN);
            case MAX -> parts.stream().mapToDouble(part -> part.greatest).max().orElse(Double.NaN);
            case AVG -> mean();
            case RATE -> rate();
        };
    }

    private double mean() {
        double sum = 0;
        long count = 0;
        for (Part part : parts) {
            sum += part.sum;
            count += part.count;
        }
        return sum / (double) count;
    }

    private double rate() {
        Part first = parts.getFirst();
        Part last = parts.getLast();
        long us = last.lastUs - first.firstUs;
        return us == 0 ? Double.NaN : (last.last - first.first) / ((double) us / 1e6);
    }

    private void forget(long now) {
        while (!parts.isEmpty() && parts.getFirst().number <= now - PARTS) {
            parts.removeFirst();
        }
    }

    void write(ByteWriter out) {
        out.varint(parts.size());
        for (Part part : parts) {
            out.zigZag(part.number)
                    .varint(part.count)
                    .fixed64(Double.doubleToRawLongBits(part.least))
                    .fixed64(Double.doubleToRawLongBits(part.greatest))
                    .fixed64(Double.doubleToRawLongBits(part.sum))
                    .zigZag(part.firstUs)
                    .fixed64(Double.doubleToRawLongBits(part.first))
                    .zigZag(part.lastUs)
                    .fixed64(Double.doubleToRawLongBits(part.last));
        }
    }

    void read(ByteReader in) {
        parts.clear();
        int count = in.count(PARTS);
        for (int i = 0; i < count; i++) {
            Part part = new Part(in.zigZag());
            part.count = in.varint();
            part.least = Double.longBitsToDouble(in.fixed64());
            part.greatest = Double.longBitsToDouble(in.fixed64());
            part.sum = Double.longBitsToDouble(in.fixed64());
            part.firstUs = in.zigZag();
            part.first = Double.longBitsToDouble(in.fixed64());
            part.lastUs = in.zigZag();
            part.last = Double.longBitsToDouble(in.fixed64());
            parts.addLast(part);
        }
    }
}
