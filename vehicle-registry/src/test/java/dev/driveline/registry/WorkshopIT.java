package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.registry.Erasure;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.registry.RegistryRig.Reply;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.TestCa;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.bouncycastle.est.EnrollmentResponse;
import org.bouncycastle.est.jcajce.JcaHttpAuthBuilder;
import org.bouncycastle.est.jcajce.JsseESTServiceBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A TBox is changed, a vehicle is erased: with its certificates, rules, facts and audit. */
final class WorkshopIT {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    @RegisterExtension static final RegistryRig rig = new RegistryRig();

    @BeforeAll
    static void start() {
        assertEquals(201, rig.post("/api/v1/models", "{\"id\":\"m\",\"name\":\"M\"}").status());
    }

    @Test
    void aSwappedTboxCanNoLongerEnrolAndItsCertificatesAreRevoked() throws Exception {
        String vin = "WDRV0SWAPPED00001";
        vehicle(vin, "TB-old", "{}");
        enrol("TB-old", token("TB-old"));
        String unused = token("TB-old");
        Reply before = rig.get("/api/v1/vehicles/" + vin);
        String swap = "/api/v1/vehicles/" + vin + ":swap-tbox";
        assertEquals("INVALID_REQUEST", rig.post(swap, "{}").code());
        vehicle("WDRV0SWAPPED00002", "TB-other", "{}");
        assertEquals("CONFLICT", rig.post(swap, "{\"serial\":\"TB-other\"}").code());
        assertEquals("ACTIVE", certificate(vin, 0).path("state").asText());

        Reply swapped =
                rig.call(
                        "demo",
                        "POST",
                        swap,
                        "{\"serial\":\"TB-new\"}",
                        "If-Match",
                        before.header("ETag"));
        assertEquals(200, swapped.status(), swapped.json().toString());
        assertEquals("TB-new", swapped.json().path("tboxSerial").asText());
        assertEquals("superseded", certificate(vin, 0).path("reason").asText());
        String key =
                "certificate/%s/%s"
                        .formatted(
                                certificate(vin, 0).path("issuer").asText(),
                                certificate(vin, 0).path("id").asText());
        Eventually.within(LIMIT).that("the gateways hear of it", () -> rig.rules(key).size() == 1);
        assertEquals("UNBOUND", rig.get("/api/v1/tboxes/TB-old").json().path("state").asText());
        assertFalse(enrol("TB-old", unused));
        assertFalse(enrol("TB-old", token("TB-old")));
        assertTrue(enrol("TB-new", token("TB-new")));

        Reply stale =
                rig.call(
                        "demo",
                        "POST",
                        swap,
                        "{\"serial\":\"TB-third\"}",
                        "If-Match",
                        before.header("ETag"));
        assertEquals(412, stale.status());
        assertEquals(swapped.header("ETag"), stale.header("ETag"));
        Reply same = rig.post(swap, "{\"serial\":\"TB-new\"}");
        assertEquals(swapped.header("ETag"), same.header("ETag"));
        assertEquals("ACTIVE", certificate(vin, 0).path("state").asText());
        assertEquals(
                "VEHICLE_UNKNOWN", rig.call("other", "POST", swap, "{\"serial\":\"X\"}").code());
    }

    @Test
    void anErasedVehicleIsForgottenEverywhere() throws Exception {
        String vin = "WDRV0ERASE0000001";
        vehicle(vin, "TB-erase", "{\"owner\":\"Anna\"}");
        enrol("TB-erase", token("TB-erase"));
        String certificate = certificate(vin, 0).path("id").asText();
        rig.post("/api/v1/fleets", "{\"id\":\"f\",\"name\":\"F\"}");
        rig.call("demo", "PUT", "/api/v1/fleets/f/vehicles/" + vin, "");
        assertEquals(
                201,
                rig.post(
                                "/api/v1/access-rules",
                                "{\"scope\":\"VIN\",\"subject\":\"%s\",\"action\":\"PUBLISH\",\"effect\":\"DENY\",\"filter\":\"v1/${vin}/up/can\",\"reason\":\"test\"}"
                                        .formatted(vin))
                        .status());
        String erase = "/api/v1/vehicles/" + vin + ":erase";
        Reply early = rig.post(erase, "");
        assertEquals("CONFLICT", early.code());
        assertTrue(early.detail().contains("PRODUCED"), early.detail());
        rig.call("demo", "PATCH", "/api/v1/vehicles/" + vin, "{\"state\":\"DECOMMISSIONED\"}");
        assertEquals("VEHICLE_UNKNOWN", rig.call("other", "POST", erase, "").code());

        Reply erased = rig.post(erase, "");
        assertEquals(202, erased.status(), erased.json().toString());
        String pseudonym = erased.json().path("pseudonym").asText();
        assertTrue(pseudonym.startsWith(Erasure.PREFIX), pseudonym);
        assertTrue(
                Instant.parse(erased.json().path("completeBy").asText())
                        .isAfter(Instant.parse(erased.json().path("at").asText())));
        assertEquals("VEHICLE_UNKNOWN", rig.get("/api/v1/vehicles/" + vin).code());
        assertEquals("VEHICLE_UNKNOWN", rig.post(erase, "").code());
        assertEquals(0, rig.get("/api/v1/fleets/f/vehicles").json().path("items").size());
        Reply kept = rig.get("/api/v1/certificates/" + certificate);
        assertEquals(pseudonym, kept.json().path("vin").asText());
        assertEquals("cessationOfOperation", kept.json().path("reason").asText());
        String audit = rig.get("/api/v1/audit/registry?limit=1000").json().toString();
        assertFalse(audit.contains(vin), audit);
        assertFalse(audit.contains("Anna"), audit);
        Reply life = rig.get("/api/v1/audit/registry?vin=" + pseudonym + "&kind=vehicle");
        assertEquals(
                List.of("ADDED", "CHANGED", "REMOVED"), life.json().findValuesAsText("change"));
        awaitErasure(vin, pseudonym);

        vehicle(vin, "TB-erase", "{}");
        assertTrue(lastVersion(vin) > highestFactVersion(vin));
        assertEquals(0, rig.get("/api/v1/certificates?vin=" + vin).json().path("items").size());
        rig.call("demo", "PATCH", "/api/v1/vehicles/" + vin, "{\"state\":\"SUSPENDED\"}");
        Eventually.within(LIMIT)
                .passes(
                        "a new suspension is above the old one",
                        () -> {
                            List<AccessRule> rules = rig.rules("vehicle/" + vin);
                            assertEquals(2, rules.size());
                            assertTrue(rules.get(1).version() > rules.get(0).version());
                        });
    }

    private static void awaitErasure(String vin, String pseudonym) {
        ConsumerRecord<byte[], byte[]> record =
                Eventually.within(LIMIT)
                        .value(
                                "the erasure",
                                () ->
                                        rig.records(Topic.REGISTRY_ERASURES).stream()
                                                .filter(r -> RegistryRig.keyOf(r).equals(vin))
                                                .toList(),
                                records -> !records.isEmpty())
                        .getFirst();
        assertEquals(pseudonym, Json.read(record.value(), Erasure.class).pseudonym().value());
        Eventually.within(LIMIT)
                .that(
                        "the tombstone",
                        () ->
                                rig.records(Topic.REGISTRY_VEHICLES).stream()
                                        .filter(r -> RegistryRig.keyOf(r).equals(vin))
                                        .anyMatch(r -> r.value() == null));
        Eventually.within(LIMIT)
                .that(
                        "its topic rule is withdrawn",
                        () ->
                                rig.records(Topic.REGISTRY_ACCESS).stream()
                                        .map(RegistryRig::keyOf)
                                        .filter(key -> key.startsWith("acl/") && key.contains(vin))
                                        .distinct()
                                        .allMatch(key ->
                                                rig.rules(key).getLast().state()
                                                        == AccessRule.State.REMOVED));
    }

    private static long lastVersion(String vin) {
        return rig.get("/api/v1/vehicles/" + vin).json().path("version").asLong();
    }

    /** Of the facts before the tombstone. */
    private static long highestFactVersion(String vin) {
        long highest = 0;
        for (var record : rig.records(Topic.REGISTRY_VEHICLES)) {
            if (RegistryRig.keyOf(record).equals(vin)) {
                if (record.value() == null) {
                    return highest;
                }
                highest = Json.read(record.value(), VehicleFact.class).version();
            }
        }
        throw new AssertionError("no tombstone of " + vin);
    }

    private static void vehicle(String vin, String tbox, String labels) {
        Reply added =
                rig.post(
                        "/api/v1/vehicles",
                        "{\"vin\":\"%s\",\"model\":\"m\",\"tboxSerial\":\"%s\",\"labels\":%s}"
                                .formatted(vin, tbox, labels));
        assertEquals(201, added.status(), added.json().toString());
    }

    private static JsonNode certificate(String vin, int index) {
        return rig.get("/api/v1/certificates?vin=" + vin).json().path("items").path(index);
    }

    private static String token(String serial) {
        return rig.post("/api/v1/tboxes/" + serial + ":token", "").json().path("token").asText();
    }

    /** Whether a certificate was issued. */
    private static boolean enrol(String serial, String token) throws Exception {
        var service = new JsseESTServiceBuilder("localhost", rig.estPort(), rig.trust()).build();
        var keys = TestCa.newKeys();
        var request =
                new JcaPKCS10CertificationRequestBuilder(
                                new X500Principal("CN=ignored"), keys.getPublic())
                        .build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(keys.getPrivate()));
        var authorization =
                new JcaHttpAuthBuilder(serial, token.toCharArray())
                        .setNonceGenerator(new java.security.SecureRandom())
                        .build();
        try {
            EnrollmentResponse response = service.simpleEnroll(false, request, authorization);
            return response.isCompleted();
        } catch (IOException refused) {
            return false;
        }
    }
}
