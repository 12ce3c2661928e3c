package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.registry.RegistryRig.Reply;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Draw;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Trials;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Catalogues: what two of them differ in, and uploads that are none. */
final class CatalogueIT {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String PATH = "/api/v1/catalogues";
    private static final String DBC =
            """
            VERSION ""

            BU_: ECU

            BO_ 100 ENGINE: 8 ECU
             SG_ SPEED : 0|16@1+ (0.01,0) [0|250] "km/h" ECU
             SG_ GEAR : 16|4@1+ (1,0) [0|0] "" ECU

            CM_ SG_ 100 SPEED "of the wheels";
            VAL_ 100 GEAR 0 "P" 1 "R" ;
            """;

    @RegisterExtension static final RegistryRig rig = new RegistryRig();

    @Test
    void twoVersionsAreCompared() {
        String before = add("cmp", DBC);
        String after = add("cmp", DBC.replace("0.01", "0.02"));
        String hash = after.substring(after.indexOf('@') + 1);
        for (String with : List.of(hash, after)) {
            Reply diff = rig.get(PATH + "/" + before + ":diff?with=" + with);
            assertEquals(200, diff.status(), diff.json().toString());
            assertEquals("can0.ENGINE.SPEED", diff.json().at("/signals/changed/0/name").asText());
            assertEquals(0, diff.json().at("/messages/changed").size());
        }
        String none = PATH + "/" + before + ":diff?with=" + "0".repeat(32);
        assertEquals("CATALOGUE_UNKNOWN", rig.get(none).code());
        assertEquals("INVALID_REQUEST", rig.get(PATH + "/" + before + ":diff").code());
        String path = PATH + "/" + before + ":diff?with=" + hash;
        assertEquals("CATALOGUE_UNKNOWN", rig.call("other", "GET", path, "").code());
    }

    @Test
    void signalsAreMappedToVss() {
        String path = PATH + "/" + add("vss", DBC) + "/mappings";
        String gear = "{\"signal\":\"can0.ENGINE.GEAR\",\"path\":\"Vehicle.Powertrain.Gear\"}";
        String speed =
                "{\"signal\":\"can0.ENGINE.SPEED\",\"path\":\"Vehicle.Speed\",\"unit\":\"m/s\",\"factor\":0.2777}";
        Reply added = rig.post(path, "{\"entries\":[" + speed + "," + gear + "]}");
        assertEquals(201, added.status(), added.json().toString());
        assertEquals("Vehicle.Powertrain.Gear", added.json().at("/entries/0/path").asText());
        assertEquals(1.0, added.json().at("/entries/0/factor").asDouble());
        String hash = added.json().path("hash").asText();
        Reply turned = rig.post(path, "{\"entries\":[" + gear + "," + speed + "]}");
        assertEquals(hash, turned.json().path("hash").asText());
        assertEquals(added.json(), rig.get(path + "/" + hash).json());
        assertEquals(List.of(hash), rig.get(path).json().findValuesAsText("hash"));
        assertEquals("MAPPING_UNKNOWN", rig.get(path + "/0").code());
        for (String wrong :
                List.of(
                        "",
                        "null",
                        gear + "," + gear,
                        gear.replace("GEAR", "NONE"),
                        gear.replace("Vehicle.", "Car."),
                        speed.replace("0.2777", "0"))) {
            Reply refused = rig.post(path, "{\"entries\":[" + wrong + "]}");
            assertEquals("INVALID_REQUEST", refused.code(), wrong);
        }
    }

    @Test
    void theMappingThatWasSentLastIsTold() {
        String ref = add("told", DBC);
        String path = PATH + "/" + ref + "/mappings";
        String entry =
                "{\"entries\":[{\"signal\":\"can0.ENGINE.SPEED\",\"path\":\"Vehicle.Speed\",\"factor\":%s}]}";
        String first = rig.post(path, entry.formatted("2")).json().path("hash").asText();
        String second = rig.post(path, entry.formatted("3")).json().path("hash").asText();
        rig.post(path, entry.formatted("3"));
        assertEquals(
                Json.tree(
                        """
                        [{"hash":"%s","inForce":true},{"hash":"%s","inForce":false}]
                        """
                                .formatted(second, first)
                                .getBytes(StandardCharsets.UTF_8)),
                rig.get(path).json().path("items"));
        rig.post(path, entry.formatted("2"));
        List<MappingFact> told = awaitMappings(ref, 3);
        assertEquals(List.of(first, second, first), told.stream().map(MappingFact::hash).toList());
        assertEquals(
                List.of(new MappingFact.Entry("can0.ENGINE.SPEED", "Vehicle.Speed", "", 2, 0)),
                told.getLast().entries());
        assertTrue(told.get(1).version() > told.get(0).version());
        assertTrue(told.get(2).version() > told.get(1).version());
        assertEquals(204, rig.post("/api/v1/registry:republish", "").status());
        List<MappingFact> anew = awaitMappings(ref, 4);
        assertEquals(told.getLast().entries(), anew.getLast().entries());
        assertTrue(anew.getLast().version() > told.getLast().version());
    }

    @Test
    void twoTenantsMapTheSameCatalogueEachAsItLikes() {
        String ref = add("shared", DBC);
        String body =
                Json.text(
                        Map.of(
                                "id",
                                "shared",
                                "buses",
                                List.of(Map.of("bus", "can0", "dbc", DBC))));
        assertEquals(201, rig.call("other", "POST", PATH, body).status());
        String path = PATH + "/" + ref + "/mappings";
        String entry = "{\"entries\":[{\"signal\":\"can0.ENGINE.%s\",\"path\":\"Vehicle.Speed\"}]}";
        rig.post(path, entry.formatted("SPEED"));
        rig.call("other", "POST", path, entry.formatted("GEAR"));
        assertEquals(1, awaitMappings(ref, 1).size());
        assertEquals(1, rig.call("other", "GET", path, "").json().path("items").size());
        assertEquals(
                List.of("can0.ENGINE.GEAR"),
                awaitMappings("other", ref, 1).getFirst().entries().stream()
                        .map(MappingFact.Entry::signal)
                        .toList());
    }

    private static List<MappingFact> awaitMappings(String ref, int count) {
        return awaitMappings("demo", ref, count);
    }

    private static List<MappingFact> awaitMappings(String tenant, String ref, int count) {
        return Eventually.within(LIMIT)
                .value(
                        count + " mappings of " + ref,
                        () ->
                                rig.records(Topic.REGISTRY_MAPPINGS).stream()
                                        .filter(record ->
                                                RegistryRig.keyOf(record)
                                                        .equals(tenant + "/" + ref))
                                        .map(record -> Json.read(record.value(), MappingFact.class))
                                        .toList(),
                        all -> all.size() >= count);
    }

    @Test
    void filesOfAllBusesComeInOneUpload() {
        Reply both =
                upload(
                        "both",
                        Map.of("bus", "can0", "dbc", DBC),
                        Map.of("bus", "can1", "dbc", DBC));
        assertEquals(201, both.status(), both.json().toString());
        assertEquals(2, both.json().path("messages").asInt());
        Reply twice =
                upload(
                        "both",
                        Map.of("bus", "can0", "dbc", DBC),
                        Map.of("bus", "can0", "dbc", DBC));
        assertEquals("INVALID_REQUEST", twice.code());
        Map<String, String> isoTp = Map.of("bus", "can0", "transport", "ISO_TP", "dbc", DBC);
        Reply transported = upload("both", isoTp);
        assertEquals(201, transported.status(), transported.json().toString());
        Reply plain = upload("both", Map.of("bus", "can0", "dbc", DBC));
        assertFalse(plain.json().path("hash").equals(transported.json().path("hash")));
        Reply unknown = upload("both", Map.of("bus", "can0", "transport", "TCP", "dbc", DBC));
        assertEquals("INVALID_REQUEST", unknown.code());
        assertEquals("INVALID_REQUEST", rig.post(PATH, "{\"id\":\"x\",\"buses\":[null]}").code());
    }

    @Test
    void noUploadEndsInAnErrorOfOurs() {
        Trials.of(21)
                .run(
                        150,
                        random -> {
                            byte[] dbc = DBC.getBytes(StandardCharsets.UTF_8);
                            for (int i = 1 + random.nextInt(8); i > 0; i--) {
                                dbc = mutated(dbc, random);
                            }
                            random.note(new String(dbc, StandardCharsets.ISO_8859_1));
                            Reply reply =
                                    upload(
                                            "fuzz",
                                            Map.of(
                                                    "bus",
                                                    "can0",
                                                    "dbcBase64",
                                                    Base64.getEncoder().encodeToString(dbc)));
                            assertTrue(
                                    List.of(200, 201, 400, 422).contains(reply.status()),
                                    reply.json().toString());
                            if (reply.status() < 300) {
                                String path = PATH + "/" + reply.json().path("ref").asText();
                                assertEquals(
                                        200,
                                        rig.get(path + ":diff?with=" + add("base", DBC)).status());
                            }
                        });
    }

    private static byte[] mutated(byte[] bytes, Draw random) {
        byte[] changed = bytes.clone();
        int at = random.nextInt(changed.length);
        int to = at + random.nextInt(changed.length - at);
        return switch (random.nextInt(4)) {
            case 0 -> {
                changed[at] = (byte) random.nextInt(256);
                yield changed;
            }
            case 1 -> {
                changed[at] = (byte) "0189-|@\"; \n".charAt(random.nextInt(11));
                yield changed;
            }
            case 2 -> java.util.Arrays.copyOf(changed, Math.max(1, to));
            default -> {
                byte[] longer = java.util.Arrays.copyOf(changed, changed.length + to - at);
                System.arraycopy(bytes, at, longer, changed.length, to - at);
                yield longer;
            }
        };
    }

    private static String add(String id, String dbc) {
        Reply added = upload(id, Map.of("bus", "can0", "dbc", dbc));
        assertTrue(added.status() < 300, added.json().toString());
        return added.json().path("ref").asText();
    }

    private static Reply upload(String id, Object... buses) {
        return rig.post(PATH, Json.text(Map.of("id", id, "buses", List.of(buses))));
    }
}
