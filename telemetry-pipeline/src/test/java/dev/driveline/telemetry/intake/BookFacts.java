package dev.driveline.telemetry.intake;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.contract.registry.ModelFact;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.telemetry.fact.CatalogueAnswer;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.Facts;
import dev.driveline.telemetry.fact.FactsUnavailableException;
import dev.driveline.telemetry.fact.KnownVehicle;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.fact.ModelBook;
import dev.driveline.telemetry.fact.TestCatalogue;
import dev.driveline.telemetry.fact.VehicleBook;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Facts that a test writes itself. */
public final class BookFacts implements Facts {

    private final VehicleBook vehicles = new VehicleBook();
    private final ModelBook models = new ModelBook();
    private final CatalogueBook catalogues = new CatalogueBook();
    private final MappingBook mappings = new MappingBook();
    private long version;
    private boolean away;

    public void publish(TestCatalogue catalogue) {
        catalogues.put(catalogue.ref(), catalogue.packed());
    }

    public void publish(Vin vin, CatalogueRef catalogue) {
        version++;
        vehicles.put(
                new VehicleFact(
                        version,
                        vin,
                        TenantId.of("acme"),
                        "model",
                        VehicleState.ACTIVE,
                        catalogue,
                        Map.of()));
    }

    /** Of the model of all vehicles that are published here. */
    public void publish(ModelFact.InForce... catalogues) {
        version++;
        models.put(new ModelFact(version, TenantId.of("acme"), "model", List.of(catalogues)));
    }

    public void away(boolean now) {
        away = now;
    }

    @Override
    public KnownVehicle vehicle(Vin vin) {
        if (away) {
            throw new FactsUnavailableException("away", null);
        }
        return vehicles.find(vin);
    }

    @Override
    public CatalogueRef inForce(KnownVehicle vehicle, Instant at) {
        return models.inForce(vehicle, at);
    }

    @Override
    public MappingFact.Entry path(TenantId tenant, CatalogueRef catalogue, String path) {
        return mappings.ofPath(tenant, catalogue.toString(), path);
    }

    public void publish(MappingFact mapping) {
        mappings.put(mapping);
    }

    @Override
    public CatalogueAnswer catalogue(CatalogueRef ref) {
        return catalogues.find(ref);
    }
}
