package dev.driveline.can;

/**
 * A signal within a catalogue.
 *
 * @param index from 0, dense within the catalogue, in order of bus, message and signal
 * @param bus the index of the bus
 * @param fullName {@code bus.Message.SIGNAL}
 */
public record CatalogueSignal(
        int index, int bus, String fullName, Matching matching, Message message, Signal signal) {
    public String unit() {
        return signal.unit();
    }

    public Labels labels() {
        return signal.labels();
    }

    public double physical(long raw) {
        return signal.physical(raw);
    }

    public double physical(double raw) {
        return signal.physical(raw);
    }

    public Quality quality(long raw) {
        return signal.quality(raw, matching);
    }

    public Quality quality(double raw) {
        return signal.quality(raw);
    }
}
