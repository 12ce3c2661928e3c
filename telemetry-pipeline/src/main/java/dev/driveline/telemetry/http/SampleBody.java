package dev.driveline.telemetry.http;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.CompiledCatalogue;
import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SignalDefinition;
import org.jspecify.annotations.Nullable;

/**
 * A sample as REST and streams show it.
 *
 * @param t vehicle time, UTC, microseconds since 1970
 * @param recv when the gateway received it, likewise
 * @param raw a number; text for an integer beyond ±(2^53-1) and for NaN and the infinities
 * @param phys raw × factor + offset; text for NaN and the infinities
 * @param label the value table's text for raw; absent where there is none
 * @param catalogue {@code id@hash} that decoded it
 * @param vss the same value as a path of the Vehicle Signal Specification; absent where the
 *     tenant's mapping of the catalogue has none
 */
record SampleBody(
        String signal,
        long t,
        long recv,
        Object raw,
        double phys,
        String unit,
        @Nullable String label,
        Quality quality,
        boolean late,
        String catalogue,
        @Nullable Vss vss) {

    /** A value in the unit that the path asks for. */
    record Vss(String path, double value, String unit) {}

    private static final long MAX_EXACT = (1L << 53) - 1;

    static SampleBody of(
            Sample sample, CatalogueBook catalogues, MappingFact.@Nullable Entry mapped) {
        SignalDefinition definition = sample.definition();
        double physical = definition.physical(sample.raw());
        return new SampleBody(
                definition.name(),
                sample.key().tUs(),
                sample.receivedUs(),
                rawOf(definition, sample.raw()),
                physical,
                definition.unit(),
                labelOf(definition, sample.raw(), catalogues),
                sample.quality(),
                sample.late(),
                definition.catalogue(),
                mapped == null
                        ? null
                        : new Vss(
                                mapped.path(),
                                physical * mapped.factor() + mapped.offset(),
                                mapped.unit()));
    }

    private static Object rawOf(SignalDefinition definition, long raw) {
        if (definition.real()) {
            return Double.longBitsToDouble(raw);
        }
        if (raw >= -MAX_EXACT && raw <= MAX_EXACT && !(definition.unsigned64() && raw < 0)) {
            return raw;
        }
        return definition.unsigned64() ? Long.toUnsignedString(raw) : Long.toString(raw);
    }

    /** A catalogue that is withdrawn takes its texts with it. */
    private static @Nullable String labelOf(
            SignalDefinition definition, long raw, CatalogueBook catalogues) {
        if (definition.real()) {
            return null;
        }
        CompiledCatalogue catalogue = compiled(definition.catalogue(), catalogues);
        return catalogue == null
                ? null
                : catalogue.catalogue().signal(definition.index()).labels().of(raw);
    }

    private static @Nullable CompiledCatalogue compiled(String ref, CatalogueBook catalogues) {
        try {
            return catalogues.compiled(CatalogueRef.parse(ref));
        } catch (InvalidValueException noReference) {
            return null;
        }
    }
}
