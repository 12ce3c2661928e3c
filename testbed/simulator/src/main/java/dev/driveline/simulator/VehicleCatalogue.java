package dev.driveline.simulator;

import dev.driveline.can.Catalogue;
import dev.driveline.can.CatalogueBus;
import dev.driveline.can.DbcParse;
import dev.driveline.can.DbcParser;
import dev.driveline.can.Matching;
import java.util.ArrayList;
import java.util.List;

/** The catalogue that a vehicle carries, compiled from the files that are registered for it. */
public final class VehicleCatalogue {

    private VehicleCatalogue() {}

    /**
     * @throws IllegalArgumentException naming the file, if a DBC file has errors
     */
    public static Catalogue of(List<Provisioning.Bus> buses) {
        List<CatalogueBus> described = new ArrayList<>();
        for (Provisioning.Bus bus : buses) {
            DbcParse parsed = DbcParser.parse(bus.dbc(), bus.fileName());
            if (parsed.hasErrors()) {
                throw new IllegalArgumentException(bus.fileName() + ": " + parsed.errors());
            }
            described.add(
                    new CatalogueBus(bus.name(), Matching.valueOf(bus.matching()), parsed.model()));
        }
        return Catalogue.of(described);
    }
}
