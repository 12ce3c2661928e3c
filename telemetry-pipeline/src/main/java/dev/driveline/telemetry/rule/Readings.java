package dev.driveline.telemetry.rule;

import dev.driveline.telemetry.packing.ByteReader;
import dev.driveline.telemetry.packing.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rule knows of its signals on one vehicle: of each the latest value and the one before, and
 * of the windows that the rule looks back over. One thread.
 */
final class Readings {

    private static final int MAX_LABEL_BYTES = 1_024;

    private final List<String> names;
    private final List<Window.Over> windowsOf;
    private final long[] tUs;
    private final double[] value;
    private final double[] before;
    private final @Nullable String[] label;
    private final Window[] windows;
    private long nowUs;

    /**
     * Without a value.
     *
     * @param names as the rule writes them
     */
    Readings(List<String> names, List<Window.Over> windowsOf) {
        this.names = names;
        this.windowsOf = windowsOf;
        int count = names.size();
        tUs = new long[count];
        value = new double[count];
        before = new double[count];
        label = new @Nullable String[count];
        java.util.Arrays.fill(value, Double.NaN);
        java.util.Arrays.fill(before, Double.NaN);
        windows = new Window[windowsOf.size()];
        for (int i = 0; i < windows.length; i++) {
            windows[i] = new Window(windowsOf.get(i).lengthUs());
        }
    }

    /** No value is known: whatever depends on it is unknown. */
    static final class NoValueException extends RuntimeException {
        NoValueException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * A signal's next value.
     *
     * @param next NaN for none, as where it is not available
     */
    void put(int signal, long t, double next, @Nullable String text) {
        if (!Double.isNaN(value[signal])) {
            before[signal] = value[signal];
        }
        value[signal] = next;
        label[signal] = text;
        tUs[signal] = t;
        if (!Double.isNaN(next)) {
            for (int i = 0; i < windows.length; i++) {
                if (windowsOf.get(i).signal() == signal) {
                    windows[i].put(t, next);
                }
            }
        }
    }

    /** What is asked for from now on is asked at that time. */
    void at(long t) {
        nowUs = t;
    }

    long nowUs() {
        return nowUs;
    }

    /** When the signal was heard last; 0 for never. */
    long heardUs(int signal) {
        return tUs[signal];
    }

    /** NaN for none. */
    double latest(int signal) {
        return value[signal];
    }

    double value(String name) {
        return known(value[indexOf(name)], name, "no value");
    }

    double previous(String name) {
        return known(before[indexOf(name)], name, "no value before its latest");
    }

    /** Since its latest value, seconds. */
    double ageS(String name) {
        int signal = indexOf(name);
        known(value[signal], name, "no value");
        return (double) (nowUs - tUs[signal]) / 1e6;
    }

    String label(String name) {
        String text = label[indexOf(name)];
        if (text == null) {
            throw new NoValueException("signal '" + name + "' has no label now");
        }
        return text;
    }

    double windowed(Window.Function function, String name, Duration length) {
        int signal = indexOf(name);
        long lengthUs = length.toNanos() / 1_000;
        for (int i = 0; i < windows.length; i++) {
            Window.Over over = windowsOf.get(i);
            if (over.signal() == signal && over.lengthUs() == lengthUs) {
                return known(
                        windows[i].of(function, nowUs), name, "too few values within " + length);
            }
        }
        throw new NoValueException("signal '" + name + "' has no window of " + length);
    }

    private static double known(double number, String name, String what) {
        if (Double.isNaN(number)) {
            throw new NoValueException("signal '" + name + "' has " + what);
        }
        return number;
    }

    private int indexOf(String name) {
        int index = names.indexOf(name);
        if (index < 0) {
            throw new NoValueException("signal '" + name + "' is not read");
        }
        return index;
    }

    void write(ByteWriter out) {
        for (int i = 0; i < tUs.length; i++) {
            out.varint(tUs[i])
                    .fixed64(Double.doubleToRawLongBits(value[i]))
                    .fixed64(Double.doubleToRawLongBits(before[i]));
            String text = label[i];
            byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
            int length = text == null || bytes.length > MAX_LABEL_BYTES ? 0 : bytes.length + 1;
            out.varint(length);
            if (length > 0) {
                out.bytes(bytes);
            }
        }
        for (Window window : windows) {
            window.write(out);
        }
    }

    void read(ByteReader in) {
        for (int i = 0; i < tUs.length; i++) {
            tUs[i] = in.varint();
            value[i] = Double.longBitsToDouble(in.fixed64());
            before[i] = Double.longBitsToDouble(in.fixed64());
            int length = in.count(MAX_LABEL_BYTES + 1);
            if (length == 0) {
                label[i] = null;
            } else {
                byte[] bytes = new byte[length - 1];
                for (int at = 0; at < bytes.length; at++) {
                    bytes[at] = (byte) in.octet();
                }
                label[i] = new String(bytes, StandardCharsets.UTF_8);
            }
        }
        for (Window window : windows) {
            window.read(in);
        }
    }
}
