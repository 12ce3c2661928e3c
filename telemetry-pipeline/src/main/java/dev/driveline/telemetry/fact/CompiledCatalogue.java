package dev.driveline.telemetry.fact;

import dev.driveline.can.Catalogue;
import dev.driveline.can.CatalogueSignal;
import dev.driveline.can.Decoder;
import dev.driveline.can.Matching;
import dev.driveline.can.Signal;
import dev.driveline.can.Transport;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.telemetry.v1.SampledSignal;
import java.util.List;

/** A catalogue ready to decode. Immutable, any thread. */
public final class CompiledCatalogue {

    private final CatalogueRef ref;
    private final Catalogue catalogue;
    private final Decoder decoder;
    private final List<SampledSignal> sampled;
    private final boolean transports;

    private CompiledCatalogue(CatalogueRef ref, Catalogue catalogue, Decoder decoder) {
        this.ref = ref;
        this.catalogue = catalogue;
        this.decoder = decoder;
        this.transports =
                catalogue.buses().stream()
                        .anyMatch(bus ->
                                bus.matching() == Matching.J1939
                                        || bus.transport() != Transport.NONE);
        this.sampled =
                catalogue.signals().stream().map(CompiledCatalogue::sampledSignalOf).toList();
    }

    /**
     * @throws IllegalArgumentException if a message of the catalogue cannot be decoded
     */
    public static CompiledCatalogue of(CatalogueRef ref, Catalogue catalogue) {
        return new CompiledCatalogue(ref, catalogue, Decoder.of(catalogue));
    }

    public CatalogueRef ref() {
        return ref;
    }

    public Catalogue catalogue() {
        return catalogue;
    }

    public Decoder decoder() {
        return decoder;
    }

    /** Whether messages of a bus may come in several frames. */
    public boolean hasTransports() {
        return transports;
    }

    /** The signal of this index as it stands in a {@code SampleBatch}. */
    public SampledSignal sampled(int index) {
        return sampled.get(index);
    }

    private static SampledSignal sampledSignalOf(CatalogueSignal entry) {
        Signal signal = entry.signal();
        return SampledSignal.newBuilder()
                .setName(entry.fullName())
                .setUnit(signal.unit())
                .setFactor(signal.factor())
                .setOffset(signal.offset())
                .setReal(signal.isFloat())
                .setUnsigned64(signal.isUnsigned64())
                .setIndex(entry.index())
                .build();
    }
}
