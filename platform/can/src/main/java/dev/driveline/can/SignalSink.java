package dev.driveline.can;

/**
 * Takes the raw values of a frame, one call a signal. The signal is its index in the catalogue;
 * unit, label, physical value and quality follow from {@link Catalogue#signal}. Called on the
 * thread that decodes.
 */
public interface SignalSink {
    /**
     * An integer.
     *
     * @param raw sign-extended where the signal is signed; of an unsigned 64-bit one its bits
     */
    void onLong(int signal, long raw);

    /** A float or double of the bus; a float is widened. */
    void onDouble(int signal, double raw);
}
