package dev.driveline.telemetry.desk;

import dev.driveline.can.Catalogue;
import dev.driveline.can.CatalogueSignal;
import dev.driveline.can.FrameFlags;
import dev.driveline.can.Message;
import dev.driveline.can.Signal;
import dev.driveline.can.SignalSink;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.IdentityHashMap;

/**
 * Writes decoded frames as lines of JSON: {@code line} (from 0, of a message of several frames that
 * of the last), {@code t} (seconds, of the first frame), {@code bus}, {@code id}, {@code ext},
 * {@code msg}, {@code payload} (of a message of several frames only), {@code raw}, {@code phys},
 * {@code label} (where there is one). Of one thread.
 */
final class DecodedLines {
    private static final int MICROS = 1_000_000;

    private final JsonBytes out;
    private final IdentityHashMap<String, byte[]> labels = new IdentityHashMap<>();

    DecodedLines(OutputStream out) {
        this.out = new JsonBytes(out);
    }

    /** The values of one frame of one bus; the names are made once. */
    static final class Values implements SignalSink {
        private final Signal[] signals;
        private final byte[][] keys;
        private final boolean[] whole;
        private final IdentityHashMap<Message, byte[]> messages = new IdentityHashMap<>();
        private final int[] present;
        private final long[] bits;
        private int count;

        Values(Catalogue catalogue) {
            int size = catalogue.signals().size();
            signals = new Signal[size];
            keys = new byte[size][];
            whole = new boolean[size];
            present = new int[size];
            bits = new long[size];
            for (CatalogueSignal one : catalogue.signals()) {
                Signal signal = one.signal();
                signals[one.index()] = signal;
                keys[one.index()] = keyed(signal.name());
                whole[one.index()] = isWhole(signal);
            }
        }

        private static byte[] keyed(String name) {
            byte[] quoted = JsonBytes.quoted(name);
            byte[] keyed = Arrays.copyOf(quoted, quoted.length + 1);
            keyed[quoted.length] = ':';
            return keyed;
        }

        private static boolean isWhole(Signal signal) {
            return !signal.isFloat()
                    && signal.factor() == Math.rint(signal.factor())
                    && signal.offset() == Math.rint(signal.offset());
        }

        void clear() {
            count = 0;
        }

        @Override
        public void onLong(int signal, long raw) {
            present[count] = signal;
            bits[count++] = raw;
        }

        @Override
        public void onDouble(int signal, double raw) {
            present[count] = signal;
            bits[count++] = Double.doubleToRawLongBits(raw);
        }
    }

    /** Where and when a frame, or the first of a message, came. */
    record Place(long line, long timeUs, byte[] bus, int id, int flags) {}

    static byte[] quotedBus(String bus) {
        return JsonBytes.quoted(bus);
    }

    void frame(Place place, Message message, Values values) throws IOException {
        head(place, message, values);
        values(values);
    }

    void message(
            Place place, Message message, Values values, byte[] payload, int offset, int length)
            throws IOException {
        head(place, message, values);
        out.text(",\"payload\":\"");
        out.text(HexFormat.of().formatHex(payload, offset, offset + length));
        out.put('"');
        values(values);
    }

    private void head(Place place, Message message, Values values) throws IOException {
        out.text("{\"line\":");
        out.put(place.line());
        out.text(",\"t\":\"");
        out.put(Math.floorDiv(place.timeUs(), MICROS));
        out.put('.');
        out.putDigits(Math.floorMod(place.timeUs(), MICROS), 6);
        out.text("\",\"bus\":");
        out.put(place.bus());
        out.text(",\"id\":");
        out.put(place.id());
        out.text((place.flags() & FrameFlags.EXTENDED) != 0 ? ",\"ext\":true" : ",\"ext\":false");
        out.text(",\"msg\":");
        out.put(values.messages.computeIfAbsent(message, one -> JsonBytes.quoted(one.name())));
    }

    private void values(Values values) throws IOException {
        out.text(",\"raw\":{");
        for (int i = 0; i < values.count; i++) {
            key(values, i);
            raw(values.signals[values.present[i]], values.bits[i]);
        }
        out.text("},\"phys\":{");
        for (int i = 0; i < values.count; i++) {
            key(values, i);
            int signal = values.present[i];
            physical(values.signals[signal], values.whole[signal], values.bits[i]);
        }
        labels(values);
        out.text("}\n");
    }

    private void labels(Values values) throws IOException {
        boolean any = false;
        for (int i = 0; i < values.count; i++) {
            Signal signal = values.signals[values.present[i]];
            String label = signal.isFloat() ? null : signal.labels().of(values.bits[i]);
            if (label != null) {
                out.text(any ? "," : "},\"label\":{");
                any = true;
                out.put(values.keys[values.present[i]]);
                out.put(labels.computeIfAbsent(label, JsonBytes::quoted));
            }
        }
        out.put('}');
    }

    private void key(Values values, int place) throws IOException {
        if (place > 0) {
            out.put(',');
        }
        out.put(values.keys[values.present[place]]);
    }

    private void raw(Signal signal, long bits) throws IOException {
        if (signal.isFloat()) {
            out.put(Double.longBitsToDouble(bits));
        } else if (signal.isUnsigned64()) {
            out.putUnsigned(bits);
        } else {
            out.put(bits);
        }
    }

    /** Whole where factor and offset are; beyond 2^53 as the double that it is. */
    private void physical(Signal signal, boolean whole, long bits) throws IOException {
        double physical =
                signal.isFloat()
                        ? signal.physical(Double.longBitsToDouble(bits))
                        : signal.physical(bits);
        if (whole && Math.abs(physical) < 0x1p53) {
            out.put((long) physical);
        } else {
            out.put(physical);
        }
    }

    void flush() throws IOException {
        out.flush();
    }
}
