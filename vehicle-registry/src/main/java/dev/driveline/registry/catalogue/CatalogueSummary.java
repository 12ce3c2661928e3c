package dev.driveline.registry.catalogue;

import dev.driveline.can.Catalogue;
import dev.driveline.can.CatalogueSource;
import dev.driveline.can.Compilation;
import dev.driveline.can.Matching;
import dev.driveline.contract.id.CatalogueRef;
import java.util.ArrayList;
import java.util.List;

/**
 * What a catalogue holds.
 *
 * @param signals by full name; a signal with several layouts counts once
 */
public record CatalogueSummary(
        CatalogueRef ref, List<Bus> buses, int messages, int signals, List<Finding> diagnostics) {

    /** A bus and the file that describes it. */
    public record Bus(
            String bus, Matching matching, String fileName, int bytes, int messages, int signals) {}

    /**
     * Something odd or wrong in a file.
     *
     * @param line from 1; 0 where it concerns the whole file
     */
    public record Finding(
            String bus, String file, int line, int column, String severity, String text) {

        static List<Finding> of(List<Compilation.Finding> findings) {
            return findings.stream()
                    .map(found ->
                            new Finding(
                                    found.bus(),
                                    found.fileName(),
                                    found.diagnostic().line(),
                                    found.diagnostic().column(),
                                    found.diagnostic().severity().name(),
                                    found.diagnostic().text()))
                    .toList();
        }
    }

    static CatalogueSummary of(
            CatalogueRef ref,
            CatalogueSource source,
            Catalogue catalogue,
            List<Compilation.Finding> findings) {
        List<Bus> buses = new ArrayList<>();
        for (int i = 0; i < source.buses().size(); i++) {
            var file = source.buses().get(i);
            var dbc = catalogue.buses().get(i).dbc();
            buses.add(
                    new Bus(
                            file.bus(),
                            file.matching(),
                            file.fileName(),
                            file.size(),
                            dbc.messages().size(),
                            dbc.signalCount()));
        }
        return new CatalogueSummary(
                ref,
                buses,
                buses.stream().mapToInt(Bus::messages).sum(),
                (int) catalogue.signals().stream().map(s -> s.fullName()).distinct().count(),
                Finding.of(findings));
    }
}
