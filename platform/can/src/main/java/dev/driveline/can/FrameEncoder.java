package dev.driveline.can;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

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
     * A payload of the declared length with physical values by signal name; what is not named has
     * its start value where it is in every frame and has one, else 0. Of a multiplexed message only
     * signals of the branches that its multiplexors select may be named. Throws
     * IllegalArgumentException where a name is unknown or a value does not fit.
     */
    public byte[] encode(Map<String, Double> physical) {
        byte[] payload = new byte[message.length()];
        putStartValues(payload);
        physical.keySet().stream()
                .sorted(Comparator.comparingInt(this::depth))
                .forEach(name ->
                        putPhysical(
                                payload,
                                selected(name, payload),
                                physical.getOrDefault(name, 0.0)));
        return payload;
    }

    private void putStartValues(byte[] payload) {
        for (Signal signal : message.signals()) {
            Double start = signal.startValue();
            if (start != null
                    && signal.multiplexing() instanceof Multiplexing.Always
                    && signal.bytesNeeded() <= payload.length) {
                putPhysical(payload, signal, signal.physical(start.doubleValue()));
            }
        }
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

    private Signal signal(String name) {
        return message.signal(name).orElseThrow(() -> unknown(name, "is not in the message"));
    }

    /** How many multiplexors select the signal, one by one: theirs are written before it. */
    private int depth(String name) {
        int depth = 0;
        Signal at = signal(name);
        while (at.multiplexing() instanceof Multiplexing.When when) {
            at = signal(when.multiplexor());
            if (++depth > message.signals().size()) {
                throw unknown(name, "is selected by itself");
            }
        }
        return depth;
    }

    /** The layout of that name in the branch that the payload's multiplexors select. */
    private Signal selected(String name, byte[] payload) {
        return present(name, payload)
                .orElseThrow(() -> unknown(name, "is not in the branch of the multiplexor"));
    }

    private Optional<Signal> present(String name, byte[] payload) {
        return message.signals().stream()
                .filter(signal -> signal.name().equals(name))
                .filter(signal ->
                        switch (signal.multiplexing()) {
                            case Multiplexing.Always() -> true;
                            case Multiplexing.When when -> isSelected(when, payload);
                        })
                .findFirst();
    }

    private boolean isSelected(Multiplexing.When when, byte[] payload) {
        return present(when.multiplexor(), payload).stream()
                .filter(multiplexor -> multiplexor.bytesNeeded() <= payload.length)
                .mapToLong(multiplexor -> signed(getBits(payload, multiplexor), multiplexor))
                .anyMatch(value ->
                        when.values().stream()
                                .anyMatch(
                                        range -> range.first() <= value && value <= range.last()));
    }

    private static long signed(long bits, Signal signal) {
        int unused = Long.SIZE - signal.length();
        return signal.signed() ? bits << unused >> unused : bits;
    }

    private IllegalArgumentException unknown(String name, String fault) {
        return new IllegalArgumentException(
                "signal %s of message %s %s".formatted(name, message.name(), fault));
    }
}
