package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.ModelFact;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.registry.RegistryRig.Reply;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which catalogue is in force for a model, when, and who is told. */
final class ModelIT {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final AtomicInteger NEXT = new AtomicInteger();

    @RegisterExtension static final RegistryRig rig = new RegistryRig();

    private final String model = "scheduled-" + NEXT.incrementAndGet();
    private final String path = "/api/v1/models/" + model;
    private final Instant later = Instant.now().plusSeconds(86_400).truncatedTo(ChronoUnit.MICROS);

    @Test
    void aChangeOfAModelIsOneFactHoweverManyVehiclesItHas() {
        addModel();
        List<String> vins = List.of("WDRV0TESTMDL10001", "WDRV0TESTMDL10002");
        for (String vin : vins) {
            assertEquals(
                    201,
                    rig.post(
                                    "/api/v1/vehicles",
                                    "{\"vin\":\"%s\",\"model\":\"%s\"}".formatted(vin, model))
                            .status());
        }
        String first = catalogue(1);
        String second = catalogue(2);
        assertEquals(200, put(first, null).status());
        assertEquals(200, put(second, null).status());
        List<ModelFact> told = awaitFacts(3);
        assertEquals(List.of(), told.get(0).catalogues());
        assertEquals(first, String.valueOf(told.get(1).at(Instant.EPOCH)));
        assertEquals(first, String.valueOf(told.get(2).at(Instant.EPOCH)));
        assertEquals(second, String.valueOf(told.get(2).at(Instant.now())));
        assertTrue(told.get(2).version() > told.get(1).version());
        assertEquals(RegistryRig.DEMO, told.get(2).tenant());
        for (String vin : vins) {
            JsonNode vehicle = rig.get("/api/v1/vehicles/" + vin).json();
            assertEquals(second, vehicle.path("catalogue").asText());
            rig.call("demo", "PATCH", "/api/v1/vehicles/" + vin, "{\"labels\":{\"a\":\"1\"}}");
            assertEquals(
                    List.of(Map.of(), Map.of("a", "1")),
                    awaitLabels(vin, 2),
                    "nothing was told of the vehicle in between");
        }
        assertEquals(
                first, put(first, null).json().path("catalogue").asText(), "and back, from now on");
        assertEquals(3, rig.get(path).json().path("schedule").size());
    }

    @Test
    void aCatalogueIsPlannedReplacedAndWithdrawn() {
        addModel();
        String first = catalogue(1);
        String second = catalogue(2);
        put(first, null);
        Reply planned = put(second, later.toString());
        assertEquals(200, planned.status(), planned.json().toString());
        assertEquals(first, planned.json().path("catalogue").asText());
        assertEquals(List.of("IN_FORCE", "PLANNED"), planned.json().findValuesAsText("state"));
        assertEquals(
                List.of("1970-01-01T00:00:00Z", later.toString()),
                planned.json().findValuesAsText("from"));
        assertEquals(planned.json(), rig.get(path).json());
        ModelFact told = awaitFacts(3).getLast();
        assertEquals(first, String.valueOf(told.at(later.minusMillis(1))));
        assertEquals(second, String.valueOf(told.at(later)));

        Reply replaced = put(catalogue(3), later.toString());
        assertEquals(2, replaced.json().path("schedule").size());
        assertEquals(catalogue(3), replaced.json().at("/schedule/1/catalogue").asText());
        Reply gone = withdraw(later.toString());
        assertEquals(200, gone.status(), gone.json().toString());
        assertEquals(1, gone.json().path("schedule").size());
        assertEquals(List.of(first), catalogues(awaitFacts(5).getLast()));

        assertEquals("CATALOGUE_UNKNOWN", withdraw(later.toString()).code());
        assertEquals("CONFLICT", withdraw("1970-01-01T00:00:00Z").code());
        assertEquals("INVALID_REQUEST", rig.call("demo", "DELETE", path + "/catalogue", "").code());
        assertEquals("CONFLICT", put(second, "1970-01-01T00:00:00Z").code());
        assertEquals("INVALID_REQUEST", put(second, "tomorrow").code());
        assertEquals("INVALID_REQUEST", put(second, "2200-01-01T00:00:00Z").code());
        assertEquals("CATALOGUE_UNKNOWN", put("none@" + "0".repeat(32), null).code());
        assertEquals(5, awaitFacts(5).size(), "what is refused is told to nobody");
    }

    @Test
    void aChangeIsWrittenDownAndNeedsTheLatestEtag() {
        Reply added = addModel();
        String etag = added.header("ETag");
        assertEquals(etag, rig.get(path).header("ETag"));
        Reply put = put(catalogue(1), null, "If-Match", etag);
        assertEquals(200, put.status(), put.json().toString());
        assertTrue(!put.header("ETag").equals(etag));
        Reply late = put(catalogue(2), null, "If-Match", etag);
        assertEquals(412, late.status());
        assertEquals(put.header("ETag"), late.json().path("etag").asText());
        assertEquals(
                put.header("ETag"),
                put(catalogue(1), null, "If-Match", put.header("ETag")).header("ETag"),
                "it is in force already");
        put(catalogue(2), later.toString());
        withdraw(later.toString());
        List<String> changes = new ArrayList<>();
        rig.get("/api/v1/audit/registry?kind=model_catalogue&limit=1000")
                .json()
                .path("items")
                .forEach(entry -> {
                    if (entry.path("subject").asText().equals(model)) {
                        changes.add(entry.path("change").asText());
                    }
                });
        assertEquals(List.of("ADDED", "ADDED", "REMOVED"), changes);
    }

    @Test
    void modelsAreToldAnewOnRequestAndWithARaisedEpoch() {
        addModel();
        put(catalogue(1), null);
        List<ModelFact> before = awaitFacts(2);
        assertEquals(204, rig.post("/api/v1/registry:republish", "").status());
        List<ModelFact> anew = awaitFacts(3);
        assertEquals(before.getLast().catalogues(), anew.getLast().catalogues());
        assertTrue(anew.getLast().version() > before.getLast().version());
        rig.stop();
        rig.start(0);
        assertEquals(200, rig.get(path).status());
        rig.stop();
        rig.start(2);
        try {
            assertEquals((2L << 40) + 1, awaitFacts(4).getLast().version());
        } finally {
            rig.stop();
            rig.start(0);
        }
    }

    @Test
    void whatAnInstanceOfTheVersionBeforeWritesCountsToo() {
        String first = catalogue(1);
        String second = catalogue(2);
        rig.sql("INSERT INTO model (tenant, id, name) VALUES ('demo', '%s', 'x')".formatted(model));
        assign(first);
        assertEquals(first, rig.get(path).json().path("catalogue").asText());
        assertEquals("1970-01-01T00:00:00Z", rig.get(path).json().at("/schedule/0/from").asText());
        assign(second);
        assertEquals(second, rig.get(path).json().path("catalogue").asText());
        assertEquals(2, rig.get(path).json().path("schedule").size());
        assertEquals(List.of(), facts());
        rig.stop();
        rig.start(0);
        assertEquals(List.of(first, second), catalogues(awaitFacts(1).getFirst()));
    }

    private void assign(String ref) {
        rig.sql(
                """
                UPDATE model SET catalogue_id = split_part('%1$s', '@', 1),
                                 catalogue_hash = split_part('%1$s', '@', 2)
                WHERE id = '%2$s'
                """
                        .formatted(ref, model));
    }

    private Reply addModel() {
        Reply added = rig.post("/api/v1/models", "{\"id\":\"%s\",\"name\":\"x\"}".formatted(model));
        assertEquals(201, added.status(), added.json().toString());
        return added;
    }

    private Reply put(String ref, String from, String... headers) {
        Map<String, String> body =
                from == null ? Map.of("catalogue", ref) : Map.of("catalogue", ref, "from", from);
        return rig.call("demo", "PUT", path + "/catalogue", Json.text(body), headers);
    }

    private Reply withdraw(String from) {
        return rig.call("demo", "DELETE", path + "/catalogue?from=" + from, "");
    }

    private static String catalogue(int factor) {
        return rig.post(
                        "/api/v1/catalogues",
                        Json.text(
                                Map.of(
                                        "id",
                                        "scheduled",
                                        "buses",
                                        List.of(Map.of("bus", "can0", "dbc", dbc(factor))))))
                .json()
                .path("ref")
                .asText();
    }

    private static String dbc(int factor) {
        return "VERSION \"\"\n\nBU_: E\n\nBO_ 1 M: 8 E\n SG_ S : 0|8@1+ (%d,0) [0|0] \"\" E\n"
                .formatted(factor);
    }

    private static List<Map<String, String>> awaitLabels(String vin, int count) {
        return Eventually.within(LIMIT)
                .value(
                        count + " facts of " + vin,
                        () ->
                                rig.records(Topic.REGISTRY_VEHICLES).stream()
                                        .filter(record -> RegistryRig.keyOf(record).equals(vin))
                                        .map(record -> Json.read(record.value(), VehicleFact.class))
                                        .map(VehicleFact::labels)
                                        .toList(),
                        all -> all.size() >= count);
    }

    private List<ModelFact> facts() {
        return rig.records(Topic.REGISTRY_MODELS).stream()
                .filter(record -> RegistryRig.keyOf(record).equals("demo/" + model))
                .map(record -> Json.read(record.value(), ModelFact.class))
                .toList();
    }

    private List<ModelFact> awaitFacts(int count) {
        return Eventually.within(LIMIT)
                .value(count + " facts of " + model, this::facts, all -> all.size() >= count);
    }

    private static List<String> catalogues(ModelFact fact) {
        return fact.catalogues().stream().map(entry -> entry.catalogue().toString()).toList();
    }
}
