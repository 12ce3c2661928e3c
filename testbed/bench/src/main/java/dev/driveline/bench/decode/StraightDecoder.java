package dev.driveline.bench.decode;

import dev.driveline.can.ByteOrder;
import dev.driveline.can.Catalogue;
import dev.driveline.can.CatalogueSignal;
import dev.driveline.can.Signal;
import dev.driveline.can.SignalSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decodes integers of standard frames without a plan, as one would write it first: the measure that
 * the compiled decoder is compared with in the same run.
 */
final class StraightDecoder {
    private final List<Map<Integer, List<CatalogueSignal>>> buses = new ArrayList<>();

    StraightDecoder(Catalogue catalogue) {
        catalogue.buses().forEach(bus -> buses.add(new HashMap<>()));
        for (CatalogueSignal signal : catalogue.signals()) {
            buses.get(signal.bus())
                    .computeIfAbsent(signal.message().id().value(), _ -> new ArrayList<>())
                    .add(signal);
        }
    }

    void decode(int bus, int id, byte[] buffer, int offset, int length, SignalSink sink) {
        List<CatalogueSignal> signals = buses.get(bus).get(id);
        if (signals == null) {
            return;
        }
        for (CatalogueSignal one : signals) {
            Signal signal = one.signal();
            if (signal.bytesNeeded() <= length) {
                sink.onLong(one.index(), raw(signal, buffer, offset));
            }
        }
    }

    private static long raw(Signal signal, byte[] buffer, int offset) {
        long bits = 0;
        int first = signal.start() / 8;
        if (signal.byteOrder() == ByteOrder.INTEL) {
            int last = (signal.start() + signal.length() - 1) / 8;
            for (int at = last; at >= first; at--) {
                bits = bits << 8 | (buffer[offset + at] & 0xFF);
            }
            bits >>>= signal.start() % 8;
        } else {
            int before = 7 - signal.start() % 8;
            int last = first + (before + signal.length() - 1) / 8;
            for (int at = first; at <= last; at++) {
                bits = bits << 8 | (buffer[offset + at] & 0xFF);
            }
            bits >>>= 8 * (last - first + 1) - before - signal.length();
        }
        int unused = Long.SIZE - signal.length();
        return signal.signed() ? bits << unused >> unused : bits << unused >>> unused;
    }
}
