package dev.driveline.telemetry.sample;

import dev.driveline.contract.telemetry.v1.SampledSignal;

/**
 * What a signal's raw values mean by one catalogue.
 *
 * @param name {@code bus.Message.SIGNAL}
 * @param factor physical = raw × factor + offset
 * @param real raw values are IEEE doubles, kept as their bits
 * @param unsigned64 a negative raw value stands for one of 2^63 and more
 * @param catalogue {@code id@hash}
 * @param index in that catalogue; one name has several where its layouts differ
 */
public record SignalDefinition(
        String name,
        String unit,
        double factor,
        double offset,
        boolean real,
        boolean unsigned64,
        String catalogue,
        int index) {

    public static SignalDefinition of(SampledSignal signal, String catalogue) {
        return new SignalDefinition(
                signal.getName(),
                signal.getUnit(),
                signal.getFactor(),
                signal.getOffset(),
                signal.getReal(),
                signal.getUnsigned64(),
                catalogue,
                signal.getIndex());
    }

    /**
     * The physical value.
     *
     * @param raw an integer, or a double's bits
     */
    public double physical(long raw) {
        return unscaled(raw) * factor + offset;
    }

    /** The raw value as a number, rounded to a double. */
    public double unscaled(long raw) {
        if (real) {
            return Double.longBitsToDouble(raw);
        }
        if (unsigned64 && raw < 0) {
            // Halved with its lowest bit kept, so that it is rounded once.
            return (double) ((raw >>> 1) | (raw & 1)) * 2.0;
        }
        return (double) raw;
    }
}
