package dev.driveline.runtime.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.contract.registry.ModelFact;
import dev.driveline.contract.registry.VehicleFact;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Records of the registry as they stand on Kafka, and as they stood there before. */
final class RegistryFactsGoldenTest {

    private static final String FIRST = "city@00112233445566778899aabbccddeeff";
    private static final String SECOND = "city@ffeeddccbbaa99887766554433221100";
    private static final Instant CHANGE = Instant.parse("2026-12-01T06:00:00.000001Z");

    @Test
    void aModelsCatalogues() {
        String json =
                """
                {"version":7,"tenant":"acme","model":"city","catalogues":[\
                {"catalogue":"%s","from":"1970-01-01T00:00:00Z"},\
                {"catalogue":"%s","from":"2026-12-01T06:00:00.000001Z"}]}\
                """
                        .formatted(FIRST, SECOND);
        ModelFact fact =
                new ModelFact(
                        7,
                        TenantId.of("acme"),
                        "city",
                        List.of(
                                new ModelFact.InForce(CatalogueRef.parse(FIRST), Instant.EPOCH),
                                new ModelFact.InForce(CatalogueRef.parse(SECOND), CHANGE)));
        assertEquals(json, Json.text(fact));
        assertEquals(fact, Json.read(json, ModelFact.class));
        assertEquals("acme/city", fact.key());
    }

    @Test
    void whatIsInForceBeginsWithItsOwnMicrosecond() {
        ModelFact.InForce first =
                new ModelFact.InForce(CatalogueRef.parse(FIRST), CHANGE.minusSeconds(60));
        ModelFact.InForce second = new ModelFact.InForce(CatalogueRef.parse(SECOND), CHANGE);
        for (List<ModelFact.InForce> inAnyOrder :
                List.of(List.of(first, second), List.of(second, first))) {
            ModelFact fact = new ModelFact(1, TenantId.of("acme"), "city", inAnyOrder);
            assertNull(fact.at(CHANGE.minusSeconds(61)));
            assertEquals(first.catalogue(), fact.at(CHANGE.minusSeconds(60)));
            assertEquals(first.catalogue(), fact.at(CHANGE.minusNanos(1_000)));
            assertEquals(second.catalogue(), fact.at(CHANGE));
            assertEquals(second.catalogue(), fact.at(Instant.MAX));
        }
    }

    @Test
    void aModelWithoutCataloguesAndMembersOfTheFuture() {
        String json = "{\"version\":1,\"tenant\":\"acme\",\"model\":\"city\",\"colour\":\"red\"}";
        ModelFact fact = Json.read(json, ModelFact.class);
        assertEquals(List.of(), fact.catalogues());
        assertNull(fact.at(CHANGE));
    }

    @Test
    void aCataloguesMapping() {
        String json =
                """
                {"version":3,"tenant":"acme","catalogue":"%s","hash":"0f0f","entries":[\
                {"signal":"can0.ENGINE.SPEED","path":"Vehicle.Speed","unit":"m/s",\
                "factor":0.25,"offset":0.0}]}\
                """
                        .formatted(FIRST);
        MappingFact fact =
                new MappingFact(
                        3,
                        TenantId.of("acme"),
                        CatalogueRef.parse(FIRST),
                        "0f0f",
                        List.of(
                                new MappingFact.Entry(
                                        "can0.ENGINE.SPEED", "Vehicle.Speed", "m/s", 0.25, 0)));
        assertEquals(json, Json.text(fact));
        assertEquals(fact, Json.read(json, MappingFact.class));
        assertEquals("acme/" + FIRST, fact.key());
    }

    @Test
    void aVehicleFromBeforeThereWereModelsAndFleets() {
        VehicleFact fact =
                Json.read(
                        """
                        {"version":2,"vin":"WDRV0TESTGATE1000","tenant":"acme","model":"city",
                         "state":"ACTIVE","catalogue":"%s","labels":{}}
                        """
                                .formatted(FIRST),
                        VehicleFact.class);
        assertEquals(FIRST, String.valueOf(fact.catalogue()));
        assertEquals(List.of(), fact.fleets());
    }
}
