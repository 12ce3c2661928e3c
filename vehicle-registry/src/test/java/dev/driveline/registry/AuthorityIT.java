package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.registry.AccessRule.State;
import dev.driveline.contract.registry.AccessRule.TrustAnchor;
import dev.driveline.registry.RegistryRig.Reply;
import dev.driveline.registry.x509.AuthorityConfig;
import dev.driveline.registry.x509.Fingerprints;
import dev.driveline.registry.x509.IssuingAuthority;
import dev.driveline.registry.x509.Profile;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.TestAuthority;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Authorities that follow one another, automakers' own, and what becomes of their vehicles. */
final class AuthorityIT {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String PATH = "/api/v1/authorities";

    @RegisterExtension static final RegistryRig rig = new RegistryRig();

    @Test
    void aSuccessorTakesOverWhileThePredecessorStaysTrusted() throws Exception {
        EstClient client = EstClient.registered(rig, "WDRV0TESTREG50001");
        TestIdentity before = client.enrolled();
        String old = issuing();
        addSuccessor("2027");
        String young = issuing();
        assertNotEquals(old, young);
        TestIdentity after = client.enrolled();
        assertEquals(young, rig.get(path(after)).json().path("authority").asText());
        assertEquals("ALL", explain(before));
        assertEquals("ALL", explain(after));
        assertEquals(4, EstClient.certificates(client.get("cacerts").text()).size(), "two chains");

        Reply tooEarly = rig.post(PATH + "/" + young + ":retire", "");
        assertEquals(409, tooEarly.status());
        assertTrue(tooEarly.detail().contains("successor"), tooEarly.detail());
        Reply retired = rig.post(PATH + "/" + old + ":retire", "");
        assertEquals(200, retired.status(), retired.json().toString());
        assertEquals("RETIRED", retired.json().path("state").asText());
        assertEquals(State.REMOVED, lastRule(old, 2).state());
        assertEquals(1, rules(young).size());
        assertEquals("PATH", explain(before));
        assertEquals("ALL", explain(after));
        String subject = "CN=" + client.vin() + ", O=demo";
        client.renew(before, subject, TestCa.newKeys())
                .certificate()
                .verify(certificateOf(young).getPublicKey());
        assertEquals(2, EstClient.certificates(client.get("cacerts").text()).size(), "one chain");

        addSuccessor("2028");
        String compromised = young;
        Reply revoked =
                rig.post(PATH + "/" + compromised + ":revoke", "{\"reason\":\"cACompromise\"}");
        assertEquals("REVOKED", revoked.json().path("state").asText());
        assertEquals(State.REMOVED, lastRule(compromised, 2).state());
        JsonNode gone = rig.get(path(after)).json();
        assertEquals("REVOKED", gone.path("state").asText());
        assertEquals("cACompromise", gone.path("reason").asText());
        assertEquals(403, client.renew(after, subject, TestCa.newKeys()).status());
        client.enrolled();
        rig.stop();
        rig.start(0);
        assertEquals("REVOKED", rig.get(PATH + "/" + compromised).json().path("state").asText());
        assertEquals(2, rules(compromised).size(), "a restart tells nothing anew");
    }

    @Test
    void anAutomakersOwnAuthoritySpeaksForItsVins() throws Exception {
        TestAuthority own = TestAuthority.root("Automaker");
        String pem = own.asIdentity().certificatePem();
        assertEquals(400, add("demo", pem, List.of()).status());
        assertEquals(400, add("demo", pem, List.of("W")).status());
        assertEquals(400, add("demo", "no pem", List.of("WDX")).status());
        String leaf = own.vehicle("demo", "WDXV0TESTREG50002").certificatePem();
        assertEquals(400, add("demo", leaf, List.of("WDX")).status());
        assertEquals(403, rig.call("demo/registry:read", "POST", PATH, "{}").status());
        assertEquals(
                403,
                rig.call("demo//WDXV0TESTREG50002", "POST", PATH, body(pem, List.of("WDX")))
                        .status());
        Reply added = add("demo", pem, List.of("WDX"));
        assertEquals(201, added.status(), added.json().toString());
        String id = added.json().path("id").asText();
        assertEquals(own.id(), id);
        assertEquals(PATH + "/" + id, added.header("Location"));
        assertEquals("FOREIGN", added.json().path("kind").asText());
        assertFalse(added.json().path("issues").asBoolean());
        assertEquals(List.of("WDX"), lastRule(id, 1).vinPrefixes());
        assertEquals("ALL", explain(own.vehicle("demo", "WDXV0TESTREG50002")));
        assertEquals("VIN_PREFIX", explain(own.vehicle("demo", "WDYV0TESTREG50002")));
        assertEquals(409, add("demo", pem, List.of("WDX")).status());

        assertEquals(404, rig.call("other", "GET", PATH + "/" + id, "").status());
        assertEquals(404, rig.call("other", "POST", PATH + "/" + id + ":retire", "").status());
        assertEquals(
                404,
                rig.call(
                                "other",
                                "POST",
                                PATH + "/" + id + ":revoke",
                                "{\"reason\":\"cACompromise\"}")
                        .status());
        assertEquals(0, rig.call("other", "GET", PATH, "").json().path("items").size());
        String theirs = TestAuthority.root("Another").asIdentity().certificatePem();
        assertEquals(409, add("other", theirs, List.of("WDXV")).status());
        EstClient.registered(rig, "WDRV0TESTREG50003");
        assertEquals(409, add("other", theirs, List.of("WDR")).status());
        assertEquals(201, add("other", theirs, List.of("LSV")).status());

        Reply held = rig.post(PATH + "/" + id + ":revoke", "{\"reason\":\"certificateHold\"}");
        assertEquals(400, held.status());
        assertEquals(200, rig.post(PATH + "/" + id + ":retire", "").status());
        assertEquals(State.REMOVED, lastRule(id, 2).state());
        assertEquals("PATH", explain(own.vehicle("demo", "WDXV0TESTREG50002")));
    }

    @Test
    void oneCertificateOfAnAutomakersOwnIsRevokedAndUnheld() throws Exception {
        TestAuthority own = TestAuthority.root("Revoking");
        String id =
                add("demo", own.asIdentity().certificatePem(), List.of("WRV"))
                        .json()
                        .path("id")
                        .asText();
        TestIdentity leaf = own.vehicle("demo", "WRVV0TESTREG50010");
        TestIdentity other = own.vehicle("demo", "WRVV0TESTREG50011");
        String serial = EstClient.idOf(leaf.certificate());
        String path = PATH + "/" + id + "/certificates";
        String key =
                "certificate/"
                        + Fingerprints.of(leaf.certificate().getIssuerX500Principal())
                        + "/"
                        + serial;
        assertEquals(404, rig.get(path + "/" + serial).status());
        assertEquals("ALL", explain(leaf));
        Reply held = rig.post(path + "/" + serial + ":revoke", reason("certificateHold"));
        assertEquals(200, held.status(), held.json().toString());
        assertEquals("HELD", held.json().path("state").asText());
        assertEquals("REVOKED", explain(leaf));
        assertEquals("ALL", explain(other));
        assertEquals(
                List.of(serial), rig.get(path).json().findValuesAsText("serial"), "it is listed");
        Reply unheld = rig.post(path + "/" + serial + ":unhold", "");
        assertEquals("GOOD", unheld.json().path("state").asText());
        assertEquals(unheld.json(), rig.get(path + "/" + serial).json());
        assertEquals("ALL", explain(leaf));
        assertEquals(0, rig.get(path).json().path("items").size());
        assertEquals("CONFLICT", rig.post(path + "/" + serial + ":unhold", "").code());
        assertEquals(
                "REVOKED",
                rig.post(path + "/" + serial + ":revoke", reason("keyCompromise"))
                        .json()
                        .path("state")
                        .asText());
        Reply again = rig.post(path + "/" + serial + ":revoke", reason("superseded"));
        assertEquals("keyCompromise", again.json().path("reason").asText(), "it is for ever");
        assertEquals("CONFLICT", rig.post(path + "/" + serial + ":unhold", "").code());
        List<AccessRule> told =
                Eventually.within(LIMIT)
                        .value("three rules", () -> rig.rules(key), rules -> rules.size() == 3);
        assertEquals(
                List.of(State.IN_FORCE, State.REMOVED, State.IN_FORCE),
                told.stream().map(AccessRule::state).toList());
        assertTrue(told.get(1).version() > told.get(0).version());
        assertTrue(told.get(2).version() > told.get(1).version());
        assertEquals("keyCompromise", ((AccessRule.RevokedCertificate) told.getLast()).reason());
        List<String> changes =
                rig.get("/api/v1/audit/registry?kind=foreign_certificate")
                        .json()
                        .findValuesAsText("change");
        assertEquals(List.of("ADDED", "CHANGED", "CHANGED", "CHANGED"), changes);
        assertEquals(204, rig.post("/api/v1/registry:republish", "").status());
        Eventually.within(LIMIT).that("it is told again", () -> rig.rules(key).size() == 4);
        assertEquals(State.IN_FORCE, rig.rules(key).getLast().state());
    }

    @Test
    void aRevocationReachesItsOwnTenantsAuthorityOnly() throws Exception {
        TestAuthority own = TestAuthority.root("Same name");
        String id =
                add("demo", own.asIdentity().certificatePem(), List.of("WSN"))
                        .json()
                        .path("id")
                        .asText();
        String revoke = "/certificates/1:revoke";
        String reason = reason("superseded");
        assertEquals(
                "AUTHORITY_UNKNOWN",
                rig.call("other", "POST", PATH + "/" + id + revoke, reason).code());
        assertEquals(
                "AUTHORITY_UNKNOWN", rig.post(PATH + "/" + "0".repeat(64) + revoke, reason).code());
        assertEquals(
                "CONFLICT",
                rig.post(PATH + "/" + issuing() + revoke, reason).code(),
                "what is issued here has a place of its own");
        for (String serial : List.of("0", "01", "AB", "x", "1".repeat(41))) {
            assertEquals(
                    "INVALID_REQUEST",
                    rig.post(PATH + "/" + id + "/certificates/" + serial + ":revoke", reason)
                            .code(),
                    serial);
        }
        assertEquals(
                "INVALID_REQUEST", rig.post(PATH + "/" + id + revoke, reason("because")).code());
        assertEquals(
                403,
                rig.call("demo//WSNV0TESTREG50012", "POST", PATH + "/" + id + revoke, reason)
                        .status());
        String twin = TestAuthority.root("Same name").asIdentity().certificatePem();
        Reply refused = add("other", twin, List.of("LSN"));
        assertEquals("CONFLICT", refused.code());
        assertTrue(refused.detail().contains("same name"), refused.detail());
        assertEquals(201, add("demo", twin, List.of("WSN")).status(), "its own successor may");
    }

    @Test
    void nobodyElseAddsVehiclesUnderAnAuthoritysPrefix() throws Exception {
        TestAuthority own = TestAuthority.root("Claiming");
        String id =
                add("demo", own.asIdentity().certificatePem(), List.of("WCL", "XCLV0"))
                        .json()
                        .path("id")
                        .asText();
        for (String vin : List.of("WCLV0TESTREG50020", "XCLV0TESTREG50020")) {
            Reply refused = addVehicle("other", vin);
            assertEquals("CONFLICT", refused.code(), refused.json().toString());
            assertTrue(refused.detail().contains(vin), refused.detail());
        }
        assertEquals(201, addVehicle("other", "XCLA0TESTREG50020").status());
        assertEquals(201, addVehicle("demo", "WCLV0TESTREG50021").status());
        String lines = "vin,model\nWCLV0TESTREG50022,claimed\nXCLA0TESTREG50023,claimed\n";
        JsonNode summary =
                rig.lines("other", "/api/v1/vehicles:import?mode=best-effort", "text/csv", lines)
                        .getLast()
                        .path("summary");
        assertEquals(1, summary.at("/count/added").asInt(), summary.toString());
        assertEquals("CONFLICT", summary.at("/rejections/0/code").asText());
        assertEquals(2, summary.at("/rejections/0/line").asInt());
        assertEquals(200, rig.post(PATH + "/" + id + ":retire", "").status());
        assertEquals(201, addVehicle("other", "WCLV0TESTREG50020").status(), "it has ended");
    }

    /** Whichever comes first, there is never both. */
    @Test
    void anAuthorityAndAnothersVehicleDoNotComeAtOnce() throws Exception {
        for (int i = 0; i < 10; i++) {
            String prefix = "WR" + i;
            String pem = TestAuthority.root("Racing " + i).asIdentity().certificatePem();
            var authority = CompletableFuture.supplyAsync(() -> add("demo", pem, List.of(prefix)));
            Reply vehicle = addVehicle("other", prefix + "V0TESTREG50030");
            assertEquals(
                    Set.of(201, 409),
                    new TreeSet<>(List.of(authority.get().status(), vehicle.status())),
                    prefix);
        }
    }

    private static Reply addVehicle(String tenant, String vin) {
        // There from the first one on.
        var _ = rig.call(tenant, "POST", "/api/v1/models", "{\"id\":\"claimed\",\"name\":\"x\"}");
        return rig.call(
                tenant,
                "POST",
                "/api/v1/vehicles",
                "{\"vin\":\"%s\",\"model\":\"claimed\"}".formatted(vin));
    }

    private static String reason(String reason) {
        return "{\"reason\":\"" + reason + "\"}";
    }

    @Test
    void theDoctorAnswersForTheCallersVehicles() throws Exception {
        EstClient client = EstClient.registered(rig, "WDRV0TESTREG50004");
        TestIdentity vehicle = client.enrolled();
        assertEquals("ALL", explain(vehicle));
        assertEquals(
                200, rig.call("demo//" + client.vin(), "POST", explain(), json(vehicle)).status());
        assertEquals(
                403,
                rig.call("demo//WDRV0TESTREG50005", "POST", explain(), json(vehicle)).status());
        Reply other = rig.call("other", "POST", explain(), json(vehicle));
        assertEquals("PATH", other.json().path("rule").asText());
        assertEquals(400, rig.post(explain(), "{\"pem\":\"nothing\"}").status());
        rig.call("demo", "PATCH", "/api/v1/vehicles/" + client.vin(), "{\"state\":\"SUSPENDED\"}");
        assertEquals("SUSPENDED", explain(vehicle));
        rig.post(path(vehicle) + ":revoke", "{\"reason\":\"superseded\"}");
        assertEquals("REVOKED", explain(vehicle));
    }

    /** Restarts the registry with one more authority. */
    private static void addSuccessor(String name) throws IOException {
        Path keystore = rig.folder().resolve(name + ".p12");
        AuthorityConfig.Key key = new AuthorityConfig.Key(keystore, "testing", RegistryRig.DEMO);
        // Its certificate begins after the predecessor's, by the second.
        Clock later =
                Clock.offset(Clock.systemUTC(), Duration.ofSeconds(Integer.parseInt(name) - 2025));
        var _ =
                IssuingAuthority.open(
                        new AuthorityConfig(key, true, null, Profile.of(Duration.ofDays(90), null)),
                        later,
                        new SecureRandom());
        Path more = rig.folder().resolve("more.properties");
        String before = Files.exists(more) ? Files.readString(more) : "";
        Files.writeString(
                more,
                before
                        + "%1$s.keystore=%2$s\n%1$s.password=testing\n%1$s.tenant=demo\n"
                                .formatted(name, keystore));
        rig.stop();
        rig.more = more;
        rig.start(0);
    }

    private static String issuing() {
        for (JsonNode one : rig.get(PATH).json().path("items")) {
            if (one.path("issues").asBoolean()) {
                return one.path("id").asText();
            }
        }
        throw new AssertionError("none issues");
    }

    private static X509Certificate certificateOf(String id) throws Exception {
        return EstClient.parse(
                rig.get(PATH + "/" + id)
                        .json()
                        .path("pem")
                        .asText()
                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    private static List<AccessRule> rules(String id) {
        return rig.rules("anchor/" + id);
    }

    private static TrustAnchor lastRule(String id, int expected) throws Exception {
        return (TrustAnchor)
                Eventually.within(LIMIT)
                        .value("rules of " + id, () -> rules(id), rules -> rules.size() == expected)
                        .getLast();
    }

    private static Reply add(String tenant, String pem, List<String> prefixes) {
        return rig.call(tenant, "POST", PATH, body(pem, prefixes));
    }

    private static String body(String pem, List<String> prefixes) {
        return Json.text(Map.of("pem", pem, "vinPrefixes", prefixes));
    }

    private static String path(TestIdentity of) {
        return "/api/v1/certificates/" + EstClient.idOf(of.certificate());
    }

    private static String explain() {
        return "/api/v1/certificates:explain";
    }

    private static String json(TestIdentity of) {
        return Json.text(Map.of("pem", of.certificatePem()));
    }

    private static String explain(TestIdentity of) {
        Reply reply = rig.post(explain(), json(of));
        assertEquals(200, reply.status(), reply.json().toString());
        return reply.json().path("rule").asText();
    }
}
