package dev.driveline.telemetry.intake;

import dev.driveline.can.CatalogueSignal;
import dev.driveline.can.Quality;
import dev.driveline.can.Signal;
import dev.driveline.can.ValueType;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.contract.telemetry.v1.SignalColumns;
import dev.driveline.contract.telemetry.v1.SignalEntry;
import dev.driveline.telemetry.batch.SignalSamples;
import dev.driveline.telemetry.fact.CompiledCatalogue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a vehicle decoded into the columns of a {@code SampleBatch}, as if the frames had
 * come: a physical value becomes the signal's raw value, the nearest that it can have. Keeps
 * scratch memory between batches; one thread.
 *
 * <p>What is left out is counted: a sample of a name that the catalogue lacks, and a text that is
 * no label of its signal. A sample that is not available or an error has raw value 0, of a float
 * signal NaN.
 */
final class SignalDecoder {

    private final SampleColumns columns = new SampleColumns();

    /**
     * @param paths what stands under a VSS path; null for nothing
     */
    SampleBatch.Builder decode(
            SignalSamples samples,
            @Nullable CompiledCatalogue catalogue,
            Function<String, MappingFact.@Nullable Entry> paths,
            boolean estimatedTime) {
        SampleBatch.Builder batch = SampleBatch.newBuilder();
        if (catalogue == null) {
            return batch.setUnknownSamples(samples.count());
        }
        List<@Nullable Target> targets = new ArrayList<>();
        for (SignalEntry entry : samples.dictionary()) {
            targets.add(targetOf(entry, catalogue, paths));
        }
        columns.begin(catalogue, batch, estimatedTime);
        Values values = new Values(samples.values());
        int unknown = 0;
        for (int sample = 0; sample < samples.count(); sample++) {
            columns.advance(samples.dtUs(sample));
            int place = samples.entryOf(sample);
            Target target = targets.get(place);
            boolean taken =
                    switch (samples.state(sample)) {
                        case VALUE_STATE_VALID ->
                                take(values, samples.dictionary().get(place), target);
                        case VALUE_STATE_ERROR -> takeNone(target, Quality.ERROR);
                        case VALUE_STATE_NOT_AVAILABLE, UNRECOGNIZED ->
                                takeNone(target, Quality.NOT_AVAILABLE);
                    };
            if (!taken) {
                unknown++;
            }
        }
        columns.endRun();
        return batch.setCatalogue(catalogue.ref().toString()).setUnknownSamples(unknown);
    }

    /** Where the values of the four types stand. */
    private static final class Values {
        private final SignalColumns all;
        private int ints;
        private int doubles;
        private int bools;
        private int strings;

        Values(SignalColumns all) {
            this.all = all;
        }
    }

    /**
     * What an entry of the dictionary stands for.
     *
     * @param factor physical = (value − offset) ÷ factor: the other way round of the mapping's
     * @param labels looked up before, by text
     */
    private record Target(
            CatalogueSignal signal,
            double factor,
            double offset,
            Map<String, OptionalLong> labels) {

        boolean isPlain() {
            return factor == 1 && offset == 0;
        }

        double physical(double value) {
            return isPlain() ? value : (value - offset) / factor;
        }
    }

    private static @Nullable Target targetOf(
            SignalEntry entry,
            CompiledCatalogue catalogue,
            Function<String, MappingFact.@Nullable Entry> paths) {
        CatalogueSignal named = catalogue.catalogue().find(entry.getName()).orElse(null);
        if (named != null) {
            return usable(named, 1, 0);
        }
        MappingFact.Entry mapped = paths.apply(entry.getName());
        if (mapped == null) {
            return null;
        }
        CatalogueSignal behind = catalogue.catalogue().find(mapped.signal()).orElse(null);
        return behind == null ? null : usable(behind, mapped.factor(), mapped.offset());
    }

    /** What is multiplied by 0 has lost what it was. */
    private static @Nullable Target usable(CatalogueSignal signal, double factor, double offset) {
        return factor == 0 || signal.signal().factor() == 0
                ? null
                : new Target(signal, factor, offset, new HashMap<>());
    }

    /** Takes the next value of the entry's type, also where nobody wants it. */
    private boolean take(Values values, SignalEntry entry, @Nullable Target target) {
        return switch (entry.getType()) {
            case VALUE_TYPE_INT -> takeLong(target, values.all.getInts(values.ints++));
            case VALUE_TYPE_DOUBLE -> takeReal(target, values.all.getDoubles(values.doubles++));
            case VALUE_TYPE_BOOL -> takeLong(target, values.all.getBools(values.bools++) ? 1 : 0);
            case VALUE_TYPE_STRING -> takeText(target, values.all.getStrings(values.strings++));
            case UNRECOGNIZED -> false;
        };
    }

    private boolean takeLong(@Nullable Target target, long value) {
        if (target == null) {
            return false;
        }
        Signal signal = target.signal().signal();
        if (!signal.isFloat() && target.isPlain() && signal.factor() == 1 && signal.offset() == 0) {
            // Exact, beyond 2^53, too.
            addLong(target, value);
            return true;
        }
        return takeReal(target, (double) value);
    }

    private boolean takeReal(@Nullable Target target, double value) {
        if (target == null) {
            return false;
        }
        Signal signal = target.signal().signal();
        double raw = (target.physical(value) - signal.offset()) / signal.factor();
        if (signal.isFloat()) {
            double stored = signal.valueType() == ValueType.FLOAT ? (double) (float) raw : raw;
            columns.add(target.signal().index(), stored, target.signal().quality(stored));
        } else if (Double.isNaN(raw)) {
            takeNone(target, Quality.NOT_AVAILABLE);
        } else {
            addRounded(target, Math.rint(raw));
        }
        return true;
    }

    /** What 64 bits cannot hold is the nearest that they can. */
    private void addRounded(Target target, double raw) {
        boolean unsigned = target.signal().signal().isUnsigned64();
        if (unsigned && (raw < 0 || raw >= 0x1p64)) {
            columns.add(target.signal().index(), raw < 0 ? 0L : -1L, Quality.OUT_OF_RANGE);
        } else if (!unsigned && (raw < -0x1p63 || raw >= 0x1p63)) {
            columns.add(target.signal().index(), (long) raw, Quality.OUT_OF_RANGE);
        } else if (raw >= 0x1p63) {
            addLong(target, (long) (raw - 0x1p63) ^ Long.MIN_VALUE);
        } else {
            addLong(target, (long) raw);
        }
    }

    private boolean takeText(@Nullable Target target, String text) {
        if (target == null || target.signal().signal().isFloat()) {
            return false;
        }
        OptionalLong raw = target.labels().computeIfAbsent(text, target.signal().labels()::rawOf);
        if (raw.isPresent()) {
            addLong(target, raw.getAsLong());
        }
        return raw.isPresent();
    }

    private boolean takeNone(@Nullable Target target, Quality quality) {
        if (target == null) {
            return false;
        }
        if (target.signal().signal().isFloat()) {
            columns.add(target.signal().index(), Double.NaN, quality);
        } else {
            columns.add(target.signal().index(), 0L, quality);
        }
        return true;
    }

    /** A raw value that the signal's bits cannot hold is out of range, whatever its limits say. */
    private void addLong(Target target, long raw) {
        Quality quality =
                fits(target.signal().signal(), raw)
                        ? target.signal().quality(raw)
                        : Quality.OUT_OF_RANGE;
        columns.add(target.signal().index(), raw, quality);
    }

    private static boolean fits(Signal signal, long raw) {
        int length = signal.length();
        if (length == Long.SIZE) {
            return true;
        }
        return signal.signed()
                ? raw >= -(1L << (length - 1)) && raw < 1L << (length - 1)
                : raw >= 0 && raw >>> length == 0;
    }
}
