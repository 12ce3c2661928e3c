package dev.driveline.telemetry.fact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.can.BusSource;
import dev.driveline.can.Matching;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.ModelFact;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.contract.registry.VehicleState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BooksTest {

    private static final Vin VIN = Vin.of("JTMW1RFV7KD000001");

    private final CatalogueBook catalogues = new CatalogueBook();
    private final VehicleBook vehicles = new VehicleBook();

    private static VehicleFact fact(long version, String tenant) {
        return new VehicleFact(
                version, VIN, TenantId.of(tenant), "rav4", VehicleState.ACTIVE, null, Map.of());
    }

    @Test
    void aVehiclesOlderFactIsIgnored() {
        vehicles.put(fact(5, "acme"));
        vehicles.put(fact(4, "other"));
        assertEquals(TenantId.of("acme"), vehicles.find(VIN).tenant());
        vehicles.put(fact(6, "other"));
        assertEquals(TenantId.of("other"), vehicles.find(VIN).tenant());
        vehicles.remove(VIN);
        assertNull(vehicles.find(VIN));
        assertEquals(0, vehicles.size());
    }

    @Test
    void aModelsFactGoesBeforeWhatItsVehicleNames() {
        CatalogueRef own = new CatalogueRef("own", "0".repeat(32));
        CatalogueRef told = new CatalogueRef("told", "1".repeat(32));
        KnownVehicle vehicle =
                new KnownVehicle(1, TenantId.of("acme"), "rav4", own, List.of(), Map.of());
        ModelBook models = new ModelBook();
        assertFalse(models.knows(vehicle));
        models.knowsNothingOf(vehicle);
        assertTrue(models.knows(vehicle));
        assertEquals(own, models.inForce(vehicle, Instant.EPOCH));
        models.put(model(2, "acme", new ModelFact.InForce(told, Instant.EPOCH)));
        models.put(model(1, "acme"));
        models.put(model(9, "other"));
        models.knowsNothingOf(vehicle);
        assertEquals(told, models.inForce(vehicle, Instant.EPOCH));
        assertNull(models.inForce(vehicle, Instant.EPOCH.minusSeconds(1)));
        models.put(model(3, "acme"));
        assertNull(models.inForce(vehicle, Instant.EPOCH), "the registry says that it has none");
        models.remove("acme/rav4");
        assertFalse(models.knows(vehicle));
    }

    private static ModelFact model(long version, String tenant, ModelFact.InForce... catalogues) {
        return new ModelFact(version, TenantId.of(tenant), "rav4", List.of(catalogues));
    }

    @Test
    void aCatalogueIsCompiledOnceAndForgottenWithItsRecord() {
        TestCatalogue small = TestCatalogue.small();
        assertInstanceOf(CatalogueAnswer.Missing.class, catalogues.find(small.ref()));
        catalogues.put(small.ref(), small.packed());
        assertNotNull(catalogues.compiled(small.ref()));
        assertSame(catalogues.compiled(small.ref()), catalogues.compiled(small.ref()));
        catalogues.remove(small.ref());
        assertInstanceOf(CatalogueAnswer.Missing.class, catalogues.find(small.ref()));
    }

    @Test
    void aCatalogueThatCannotBeUsedSaysWhy() {
        TestCatalogue small = TestCatalogue.small();
        CatalogueRef other = new CatalogueRef("other", "0".repeat(32));
        catalogues.put(other, small.packed());
        assertBroken(other, "another content");
        catalogues.put(other, new byte[] {1, 2, 3});
        assertBroken(other, "cannot be unpacked");
        TestCatalogue refused =
                TestCatalogue.of(
                        "bad",
                        BusSource.of(
                                "can0",
                                Matching.EXACT,
                                "bad.dbc",
                                TestCatalogue.bytes("BO_ 1 A: 8 E\n SG_ X : 0|99@1+ (1,0) [0|0]")));
        catalogues.put(refused.ref(), refused.packed());
        assertBroken(refused.ref(), "bad.dbc");
    }

    private void assertBroken(CatalogueRef ref, String words) {
        CatalogueAnswer.Broken broken =
                assertInstanceOf(CatalogueAnswer.Broken.class, catalogues.find(ref));
        assertTrue(broken.detail().contains(words), broken.detail());
    }
}
