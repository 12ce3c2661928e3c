package dev.driveline.registry.catalogue;

import dev.driveline.can.BusSource;
import dev.driveline.can.CatalogueSource;
import dev.driveline.can.Compilation;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import java.util.List;

/** A catalogue that the parser takes, and so every reader of it will. */
public record CheckedCatalogue(CatalogueSource source, CatalogueSummary summary) {

    private static final int HASH_CHARACTERS = 32;

    /** What came of the check. */
    public sealed interface Check {

        record Usable(CheckedCatalogue catalogue) implements Check {}

        /** At least one finding is an ERROR. */
        record Refused(List<CatalogueSummary.Finding> diagnostics) implements Check {}
    }

    /**
     * Compiles the files of a catalogue's buses.
     *
     * @throws InvalidValueException if there is no bus, too many, or two of one name
     */
    public static Check check(String id, List<BusSource> buses) {
        if (buses.isEmpty()) {
            throw new InvalidValueException("buses", "[]", "a catalogue has at least one bus");
        }
        CatalogueSource source;
        try {
            source = new CatalogueSource(buses);
        } catch (IllegalArgumentException wrong) {
            throw new InvalidValueException("buses", id, String.valueOf(wrong.getMessage()));
        }
        var ref = new CatalogueRef(id, source.hash().substring(0, HASH_CHARACTERS));
        return switch (source.compile()) {
            case Compilation.Refused refused ->
                    new Check.Refused(CatalogueSummary.Finding.of(refused.findings()));
            case Compilation.Compiled compiled ->
                    new Check.Usable(
                            new CheckedCatalogue(
                                    source,
                                    CatalogueSummary.of(
                                            ref,
                                            source,
                                            compiled.catalogue(),
                                            compiled.findings())));
        };
    }
}
