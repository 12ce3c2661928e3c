package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.registry.VehicleFact;
import dev.driveline.registry.RegistryRig.Reply;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestIdentity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.est.EnrollmentResponse;
import org.bouncycastle.est.jcajce.JcaHttpAuthBuilder;
import org.bouncycastle.est.jcajce.JsseESTServiceBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Enrolment over real TLS, revocation, and what a restart keeps. */
final class EnrolmentIT {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final AtomicInteger NEXT = new AtomicInteger(5000);

    @RegisterExtension static final RegistryRig rig = new RegistryRig();

    private final int number = NEXT.incrementAndGet();
    private final Vin vin = Vin.of("WDRV0TESTREG2" + number);
    private final String serial = "TB-" + number;

    private record Answer(int status, String text, HttpResponse<byte[]> response) {

        X509Certificate certificate() throws Exception {
            assertEquals(200, status, text);
            assertTrue(
                    response.headers()
                            .firstValue("Content-Type")
                            .orElse("")
                            .startsWith("application/pkcs7-mime"));
            Collection<X509CertificateHolder> held =
                    new CMSSignedData(Base64.getMimeDecoder().decode(text))
                            .getCertificates()
                            .getMatches(null);
            assertEquals(1, held.size());
            return parse(held.iterator().next().getEncoded());
        }
    }

    @BeforeAll
    static void start() {
        assertEquals(201, rig.post("/api/v1/models", "{\"id\":\"m\",\"name\":\"Model\"}").status());
    }

    @Test
    void aBirthCertificateBecomesAnOperationalOne() throws Exception {
        addVehicle("m");
        X509Certificate leaf = enrol(birth(serial), request()).certificate();
        assertEquals("CN=" + vin + ",O=demo", leaf.getSubjectX500Principal().getName());
        assertEquals(
                List.of(6, "urn:vin:" + vin), leaf.getSubjectAlternativeNames().iterator().next());
        List<X509CertificateHolder> authorities = authorities();
        assertEquals(2, authorities.size());
        Reply listed = rig.get("/api/v1/certificates?vin=" + vin);
        assertEquals(leaf.getSerialNumber().toString(16), listed.json().at("/items/0/id").asText());
        assertEquals("ACTIVE", listed.json().at("/items/0/state").asText());
        assertEquals(serial, listed.json().at("/items/0/tboxSerial").asText());
    }

    @Test
    void theAnchorIsToldAndSpeaksForItsTenant() throws Exception {
        String pem = rig.get("/api/v1/authorities").json().at("/items/0/pem").asText();
        X509Certificate issuing = parse(pem.getBytes(StandardCharsets.US_ASCII));
        String id = HexFormat.of().formatHex(sha256(issuing.getEncoded()));
        AccessRule.TrustAnchor anchor =
                (AccessRule.TrustAnchor)
                        Eventually.within(LIMIT)
                                .value(
                                        "the anchor",
                                        () -> rig.rules("anchor/" + id),
                                        rules -> !rules.isEmpty())
                                .getFirst();
        assertEquals(RegistryRig.DEMO, anchor.tenant());
        assertEquals(List.of(""), anchor.vinPrefixes());
        assertEquals(issuing, parse(Base64.getDecoder().decode(anchor.certificate())));
        addVehicle("m");
        enrol(birth(serial), request()).certificate().verify(issuing.getPublicKey());
    }

    @Test
    void aRevokedCertificateIsToldToTheGateways() throws Exception {
        addVehicle("m");
        X509Certificate leaf = enrol(birth(serial), request()).certificate();
        String path = "/api/v1/certificates/" + leaf.getSerialNumber().toString(16);
        assertEquals(400, rig.post(path + ":revoke", "{\"reason\":\"stolen\"}").status());
        assertEquals(
                404,
                rig.call("other", "POST", path + ":revoke", "{\"reason\":\"keyCompromise\"}")
                        .status());
        Reply revoked = rig.post(path + ":revoke", "{\"reason\":\"keyCompromise\"}");
        assertEquals(200, revoked.status(), revoked.json().toString());
        assertEquals("REVOKED", revoked.json().path("state").asText());
        assertEquals(200, rig.post(path + ":revoke", "{\"reason\":\"superseded\"}").status());
        assertEquals("keyCompromise", rig.get(path).json().path("reason").asText());
        String issuer =
                HexFormat.of().formatHex(sha256(leaf.getIssuerX500Principal().getEncoded()));
        String key = "certificate/" + issuer + "/" + leaf.getSerialNumber().toString(16);
        AccessRule.RevokedCertificate rule =
                (AccessRule.RevokedCertificate)
                        Eventually.within(LIMIT)
                                .value(
                                        "the revocation",
                                        () -> rig.rules(key),
                                        rules -> !rules.isEmpty())
                                .getFirst();
        assertEquals("keyCompromise", rule.reason());
        assertEquals(AccessRule.State.IN_FORCE, rule.state());
        assertEquals(1, rig.rules(key).size());
    }

    @Test
    void aTokenIsGoodForOneEnrolment() throws Exception {
        addVehicle("m");
        String old = token();
        String token = token();
        assertEquals(401, enrol(serial + ":" + old, request()).status());
        assertEquals(401, enrol(serial + ":wrong", request()).status());
        assertEquals(401, enrol("TB-other:" + token, request()).status());
        assertEquals(400, enrol(serial + ":" + token, "no request").status());
        enrol(serial + ":" + token, request()).certificate();
        Answer again = enrol(serial + ":" + token, request());
        assertEquals(401, again.status());
        assertTrue(again.text().contains("the token was used"), again.text());
        assertTrue(again.response().headers().firstValue("WWW-Authenticate").isPresent());
    }

    @Test
    void whoIsNotBoundYetComesAgain() throws Exception {
        Answer unknown = enrol(birth(serial), request());
        assertEquals(202, unknown.status());
        assertEquals("7", unknown.response().headers().firstValue("Retry-After").orElse(""));
        rig.post("/api/v1/tboxes", "{\"serial\":\"" + serial + "\"}");
        assertEquals(202, enrol(birth(serial), request()).status());
        addVehicle("m");
        enrol(birth(serial), request()).certificate();
    }

    @Test
    void aSuspendedVehicleAndAnothersTenantAreForbidden() throws Exception {
        addVehicle("m");
        rig.call("demo", "PATCH", "/api/v1/vehicles/" + vin, "{\"state\":\"SUSPENDED\"}");
        Answer suspended = enrol(birth(serial), request());
        assertEquals(403, suspended.status());
        assertTrue(suspended.text().contains("SUSPENDED"), suspended.text());

        String theirs = "TX-" + number;
        rig.call("other", "POST", "/api/v1/models", "{\"id\":\"m\",\"name\":\"Model\"}");
        rig.call(
                "other",
                "POST",
                "/api/v1/vehicles",
                "{\"vin\":\"WDRV0TESTREG3%d\",\"model\":\"m\",\"tboxSerial\":\"%s\"}"
                        .formatted(number, theirs));
        Answer other = enrol(birth(theirs), request());
        assertEquals(403, other.status());
        assertTrue(other.text().contains("tenant other"), other.text());
    }

    @Test
    void strangersAndTooMuchAreRefused() throws Exception {
        addVehicle("m");
        TestIdentity stranger = TestCa.create().leaf().commonName(serial).forClients().issue();
        String request = request();
        assertThrows(IOException.class, () -> forced(stranger, request));
        assertThrows(IOException.class, () -> forced(expiredBirth(), request));
        TestIdentity forServers = rig.births.leaf().commonName(serial).forServers().issue();
        assertThrows(IOException.class, () -> forced(forServers, request));
        assertEquals(200, forced(birth(serial), request).status());
        assertEquals(401, enrol(stranger, request).status());
        assertEquals(401, send(rig.tls(), request(), "application/pkcs10").status());
        assertEquals(415, send(rig.tls(birth(serial)), request(), "text/plain").status());
        assertEquals(413, enrol(birth(serial), "A".repeat(20_000)).status());
        assertEquals(400, enrol(birth(serial), "").status());
    }

    /** BouncyCastle's client, which knows nothing of this server. */
    @Test
    void anIndependentClientEnrols() throws Exception {
        addVehicle("m");
        var service = new JsseESTServiceBuilder("localhost", rig.estPort(), rig.trust()).build();
        assertEquals(2, service.getCACerts().getCertificateStore().getMatches(null).size());
        var authorization =
                new JcaHttpAuthBuilder(serial, token().toCharArray())
                        .setNonceGenerator(new java.security.SecureRandom())
                        .build();
        EnrollmentResponse response =
                service.simpleEnroll(false, pkcs10(TestCa.newKeys()), authorization);
        assertTrue(response.isCompleted());
        assertEquals(1, response.getStore().getMatches(null).size());
    }

    @Test
    void aRestartKeepsAllAndARaisedEpochTellsItAnew() throws Exception {
        addVehicle("m");
        X509Certificate leaf = enrol(birth(serial), request()).certificate();
        String path = "/api/v1/certificates/" + leaf.getSerialNumber().toString(16);
        rig.post(path + ":revoke", "{\"reason\":\"superseded\"}");
        String vehicle = rig.get("/api/v1/vehicles/" + vin).json().toString();
        List<X509CertificateHolder> authorities = authorities();
        rig.stop();
        rig.start(0);
        assertEquals(vehicle, rig.get("/api/v1/vehicles/" + vin).json().toString());
        assertEquals("REVOKED", rig.get(path).json().path("state").asText());
        assertEquals(authorities, authorities());
        List<VehicleFact> told =
                Eventually.within(LIMIT).value("the fact", this::facts, facts -> !facts.isEmpty());
        assertEquals(1, told.size());
        rig.stop();
        rig.start(1);
        VehicleFact anew =
                Eventually.within(LIMIT)
                        .value("the fact anew", this::facts, facts -> facts.size() == 2)
                        .getLast();
        assertEquals((1L << 40) + 1, anew.version());
        enrol(birth(serial), request()).certificate();
        assertTrue(rig.process().health().problems().isEmpty());
    }

    private List<VehicleFact> facts() {
        return rig.records(Topic.REGISTRY_VEHICLES).stream()
                .filter(record -> RegistryRig.keyOf(record).equals(vin.value()))
                .map(record -> Json.read(record.value(), VehicleFact.class))
                .toList();
    }

    private void addVehicle(String model) {
        Reply added =
                rig.post(
                        "/api/v1/vehicles",
                        "{\"vin\":\"%s\",\"model\":\"%s\",\"tboxSerial\":\"%s\"}"
                                .formatted(vin, model, serial));
        assertEquals(201, added.status(), added.json().toString());
    }

    private String token() {
        Reply made = rig.post("/api/v1/tboxes/" + serial + ":token", "");
        assertEquals(201, made.status(), made.json().toString());
        assertFalse(made.json().path("expiresAt").asText().isEmpty());
        return made.json().path("token").asText();
    }

    private TestIdentity birth(String of) {
        return rig.births.leaf().commonName(of).forClients().issue();
    }

    private TestIdentity expiredBirth() {
        Instant now = Instant.now();
        return rig.births
                .leaf()
                .commonName(serial)
                .forClients()
                .valid(now.minus(Duration.ofDays(2)), now.minus(Duration.ofDays(1)))
                .issue();
    }

    /** Shows the certificate although the server has not asked for one of its authority. */
    private static Answer forced(TestIdentity identity, String body) throws Exception {
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(
                new KeyManager[] {new StubbornKeys(identity)},
                new X509TrustManager[] {rig.trust()},
                null);
        return send(tls, body, "application/pkcs10");
    }

    private static Answer enrol(TestIdentity identity, String body) throws Exception {
        return send(rig.tls(identity), body, "application/pkcs10");
    }

    private static Answer enrol(String serialAndToken, String body) throws Exception {
        return send(
                rig.tls(),
                body,
                "application/pkcs10",
                "Authorization",
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(serialAndToken.getBytes(StandardCharsets.UTF_8)));
    }

    private static Answer send(SSLContext tls, String body, String type, String... headers)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(rig.est("simpleenroll"))
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(tls, request.build());
    }

    private static Answer send(SSLContext tls, HttpRequest request) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(tls).build()) {
            HttpResponse<byte[]> response =
                    client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(
                    response.statusCode(),
                    new String(response.body(), StandardCharsets.UTF_8),
                    response);
        }
    }

    private static List<X509CertificateHolder> authorities() throws Exception {
        Answer answer = send(rig.tls(), HttpRequest.newBuilder(rig.est("cacerts")).build());
        assertEquals(200, answer.status());
        return List.copyOf(
                new CMSSignedData(Base64.getMimeDecoder().decode(answer.text()))
                        .getCertificates()
                        .getMatches(null));
    }

    private static String request() throws Exception {
        return Base64.getMimeEncoder().encodeToString(pkcs10(TestCa.newKeys()).getEncoded());
    }

    private static PKCS10CertificationRequest pkcs10(KeyPair keys) throws Exception {
        return new JcaPKCS10CertificationRequestBuilder(
                        new X500Principal("CN=ignored"), keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
    }

    private static X509Certificate parse(byte[] bytes) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(bytes));
    }

    private static byte[] sha256(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }
}
