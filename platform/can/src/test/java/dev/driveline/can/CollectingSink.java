package dev.driveline.can;

import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps the last frame's values by bare name: a Long or a Double. */
final class CollectingSink implements SignalSink {
    private final Catalogue catalogue;
    final Map<String, Number> raw = new LinkedHashMap<>();
    final Map<String, CatalogueSignal> signals = new LinkedHashMap<>();

    CollectingSink(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    void clear() {
        raw.clear();
        signals.clear();
    }

    @Override
    public void onLong(int signal, long value) {
        put(signal, value);
    }

    @Override
    public void onDouble(int signal, double value) {
        put(signal, value);
    }

    private void put(int index, Number value) {
        CatalogueSignal signal = catalogue.signal(index);
        Number before = raw.put(signal.signal().name(), value);
        if (before != null) {
            throw new AssertionError(signal.fullName() + " was given twice in one frame");
        }
        signals.put(signal.signal().name(), signal);
    }
}
