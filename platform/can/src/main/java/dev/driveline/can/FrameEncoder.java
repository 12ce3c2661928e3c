package dev.driveline.can;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;

/**
 * Writes the values of a message into payload bytes, bit by bit as the DBC describes them; it
 * shares no arithmetic with the {@link Decoder}. Immutable, any thread.
 */
public final class FrameEncoder {
    private final Message message;

    private FrameEncoder(Message message) {
        this.message = message;
    }

    public static FrameEncoder of(Message message) {
        return new FrameEncoder(message);
    }

    /**
     * A payload of the declared length with physical values by signal name; what is not named is 0.
     * Of a multiplexed message only signals of the branch that its multiplexor selects may be
     * named. Throws IllegalArgumentException where a name is unknown or a value does not fit.
     */
    public byte[] encode(Map<String, Double> physical) {
        byte[] payload = new byte[message.length()];
        physical.forEach((name, value) -> {
            if (always(name)) {
                putPhysical(payload, signal(name), value);
            }
        });
        physical.forEach((name, value) -> {
            if (!always(name)) {
                putPhysical(payload, selected(name, payload), value);
            }
        });
        return payload;
    }

    /**
     * The nearest raw value is written. Throws IllegalArgumentException where the signal does not
     * lie within the payload or the value not within the signal's bits.
     */
    public static void putPhysical(byte[] payload, Signal signal, double physical) {
        double raw = (physical - signal.offset()) / signal.factor();
        if (!Double.isFinite(raw) && !signal.isFloat()) {
            throw refused(signal, physical);
        }
        switch (signal.valueType()) {
            case INTEGER -> putRaw(payload, signal, nearest(signal, raw));
            case FLOAT ->
                    putBits(
                            payload,
                            signal,
                            Integer.toUnsignedLong(Float.floatToIntBits((float) raw)));
            case DOUBLE -> putBits(payload, signal, Double.doubleToLongBits(raw));
        }
    }

    private static long nearest(Signal signal, double raw) {
        var whole = new BigDecimal(raw).setScale(0, RoundingMode.HALF_EVEN).toBigInteger();
        boolean negative = whole.signum() < 0;
        int bits = whole.bitLength() + (signal.signed() ? 1 : 0);
        if (bits > signal.length() || (negative && !signal.signed())) {
            throw refused(signal, whole);
        }
        return whole.longValue();
    }

    /**
     * An integer's raw value; of an unsigned 64-bit one its bits. Throws IllegalArgumentException
     * where the signal is a float or does not lie within the payload, or the value not within the
     * signal's bits.
     */
    public static void putRaw(byte[] payload, Signal signal, long raw) {
        int unused = Long.SIZE - signal.length();
        long kept = signal.signed() ? raw << unused >> unused : raw << unused >>> unused;
        if (kept != raw || signal.isFloat()) {
            throw refused(signal, raw);
        }
        putBits(payload, signal, raw);
    }

    private static IllegalArgumentException refused(Signal signal, Number value) {
        return new IllegalArgumentException(
                "value %s does not fit in signal %s: %s, %d bits, %s"
                        .formatted(
                                value,
                                signal.name(),
                                signal.valueType(),
                                signal.length(),
                                signal.signed() ? "signed" : "unsigned"));
    }

    /**
     * From the least significant bit on: Intel goes up, Motorola down and on to the byte before.
     */
    private static void putBits(byte[] payload, Signal signal, long bits) {
        if (signal.bytesNeeded() > payload.length) {
            throw new IllegalArgumentException(
                    "signal %s needs %d bytes, the payload has %d"
                            .formatted(signal.name(), signal.bytesNeeded(), payload.length));
        }
        for (int i = 0; i < signal.length(); i++) {
            int place = place(signal, i);
            int mask = 1 << place % 8;
            boolean set = (bits >>> i & 1) != 0;
            payload[place / 8] =
                    (byte) (set ? payload[place / 8] | mask : payload[place / 8] & ~mask);
        }
    }

    private static long getBits(byte[] payload, Signal signal) {
        long bits = 0;
        for (int i = 0; i < signal.length(); i++) {
            int place = place(signal, i);
            bits |= (long) (payload[place / 8] >>> place % 8 & 1) << i;
        }
        return bits;
    }

    /** The DBC's number of a signal's bit, its least significant one being 0. */
    private static int place(Signal signal, int bit) {
        return switch (signal.byteOrder()) {
            case INTEL -> signal.start() + bit;
            case MOTOROLA -> motorolaBit(signal.start(), signal.length() - 1 - bit);
        };
    }

    /** Follows the sawtooth: within a byte downwards, then to bit 7 of the next byte. */
    private static int motorolaBit(int start, int steps) {
        int bit = start;
        for (int i = 0; i < steps; i++) {
            bit = bit % 8 == 0 ? bit + 15 : bit - 1;
        }
        return bit;
    }

    private boolean always(String name) {
        return signal(name).multiplexing() instanceof Multiplexing.Always;
    }

    private Signal signal(String name) {
        return message.signal(name).orElseThrow(() -> unknown(name, "is not in the message"));
    }

    /** The layout of that name in the branch that the payload's multiplexor selects. */
    private Signal selected(String name, byte[] payload) {
        List<Signal> layouts =
                message.signals().stream().filter(signal -> signal.name().equals(name)).toList();
        return layouts.stream()
                .filter(signal ->
                        signal.multiplexing() instanceof Multiplexing.When when
                                && isSelected(when, payload))
                .findFirst()
                .orElseThrow(() -> unknown(name, "is not in the branch of the multiplexor"));
    }

    private boolean isSelected(Multiplexing.When when, byte[] payload) {
        long value = getBits(payload, signal(when.multiplexor()));
        return when.values().stream()
                .anyMatch(range -> range.first() <= value && value <= range.last());
    }

    private IllegalArgumentException unknown(String name, String fault) {
        return new IllegalArgumentException(
                "signal %s of message %s %s".formatted(name, message.name(), fault));
    }
}
