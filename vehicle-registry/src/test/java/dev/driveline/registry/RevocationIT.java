package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.registry.AccessRule.RevokedCertificate;
import dev.driveline.contract.registry.AccessRule.State;
import dev.driveline.registry.RegistryRig.Reply;
import dev.driveline.registry.http.RevocationLimits;
import dev.driveline.registry.x509.Fingerprints;
import dev.driveline.runtime.json.Json;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.TestIdentity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who hears of a revocation, by which way: gateways, lists, the responder. */
final class RevocationIT {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    @RegisterExtension static final RegistryRig rig = new RegistryRig();
    private static X509Certificate issuer;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        issuer =
                EstClient.parse(
                        rig.get("/api/v1/authorities")
                                .json()
                                .at("/items/0/pem")
                                .asText()
                                .getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void whatIsHeldCanBeUnheldAndNothingElse() throws Exception {
        EstClient client = EstClient.registered(rig, "WDRV0TESTREG60001");
        X509Certificate leaf = client.enrolled().certificate();
        long number = numberOf(list());
        assertEquals(409, rig.post(path(leaf) + ":unhold", "").status());
        assertEquals("HELD", revoke(leaf, "certificateHold").path("state").asText());
        X509CRLEntry entry = list().getRevokedCertificate(leaf);
        assertEquals("CERTIFICATE_HOLD", entry.getRevocationReason().name());
        assertEquals(number + 1, numberOf(list()));
        assertEquals(6, ((RevokedStatus) posted(leaf)).getRevocationReason());
        RevokedCertificate held = lastRule(leaf, 1);
        assertEquals(State.IN_FORCE, held.state());
        assertEquals("certificateHold", held.reason());

        assertEquals(404, rig.call("other", "POST", path(leaf) + ":unhold", "").status());
        assertEquals(
                403,
                rig.call("demo//WDRV0TESTREG60009", "POST", path(leaf) + ":unhold", "").status());
        Reply unheld = rig.post(path(leaf) + ":unhold", "");
        assertEquals("ACTIVE", unheld.json().path("state").asText());
        assertNull(list().getRevokedCertificate(leaf));
        assertEquals(number + 2, numberOf(list()));
        assertNull(posted(leaf));
        RevokedCertificate removed = lastRule(leaf, 2);
        assertEquals(State.REMOVED, removed.state());
        assertTrue(removed.version() > held.version());

        revoke(leaf, "certificateHold");
        assertEquals("keyCompromise", revoke(leaf, "keyCompromise").path("reason").asText());
        assertEquals("keyCompromise", revoke(leaf, "certificateHold").path("reason").asText());
        Reply forEver = rig.post(path(leaf) + ":unhold", "");
        assertEquals(409, forEver.status());
        assertTrue(forEver.detail().contains("for ever"), forEver.detail());
        assertEquals("keyCompromise", lastRule(leaf, 4).reason());
    }

    @Test
    void allOfAVehicleAreRevokedAtOnce() throws Exception {
        EstClient client = EstClient.registered(rig, "WDRV0TESTREG60002");
        X509Certificate first = client.enrolled().certificate();
        X509Certificate second = client.enrolled().certificate();
        revoke(first, "superseded");
        X509Certificate others =
                EstClient.registered(rig, "WDRV0TESTREG60003").enrolled().certificate();
        String path = "/api/v1/vehicles/" + client.vin() + "/certificates:revoke";
        String body = "{\"reason\":\"keyCompromise\"}";
        assertEquals(404, rig.call("other", "POST", path, body).status());
        assertEquals(403, rig.call("demo//WDRV0TESTREG60003", "POST", path, body).status());
        assertEquals(400, rig.post(path, "{\"reason\":\"whim\"}").status());
        Reply revoked = rig.post(path, body);
        assertEquals(200, revoked.status(), revoked.json().toString());
        assertEquals(1, revoked.json().path("items").size());
        assertEquals(EstClient.idOf(second), revoked.json().at("/items/0/id").asText());
        assertEquals("superseded", rig.get(path(first)).json().path("reason").asText());
        assertEquals("ACTIVE", rig.get(path(others)).json().path("state").asText());
        assertEquals("keyCompromise", lastRule(second, 1).reason());
    }

    @Test
    void aListIsKeptUntilSomethingIsRevoked() throws Exception {
        X509Certificate leaf =
                EstClient.registered(rig, "WDRV0TESTREG60004").enrolled().certificate();
        HttpResponse<byte[]> first = fetch(crl());
        assertEquals(200, first.statusCode());
        assertEquals("application/pkix-crl", header(first, "Content-Type"));
        assertTrue(header(first, "Cache-Control").contains("max-age=60"));
        X509CRL list = list();
        list.verify(issuer.getPublicKey());
        assertEquals(
                Duration.ofDays(1),
                Duration.between(
                        list.getThisUpdate().toInstant(), list.getNextUpdate().toInstant()));
        String tag = header(first, "ETag");
        assertEquals(304, fetch(crl(), "If-None-Match", tag).statusCode());
        revoke(leaf, "superseded");
        HttpResponse<byte[]> second = fetch(crl(), "If-None-Match", tag);
        assertEquals(200, second.statusCode());
        assertNotEquals(tag, header(second, "ETag"));
        assertNotNull(list().getRevokedCertificate(leaf));
        assertEquals(404, fetch(crl().replace(issuerId(), "0".repeat(64))).statusCode());
        assertEquals(404, fetch("/crl/x.crl").statusCode());
    }

    /** For clients that know no tags. */
    @Test
    void aListIsKnownByItsDateToo() throws Exception {
        X509Certificate leaf =
                EstClient.registered(rig, "WDRV0TESTREG60014").enrolled().certificate();
        revoke(leaf, "certificateHold");
        String date =
                Eventually.within(LIMIT)
                        .value(
                                "a list of a second that is over",
                                () -> header(fetch(crl()), "Last-Modified"),
                                found -> !found.isEmpty());
        assertTrue(date.endsWith(" GMT"), date);
        assertEquals(304, fetch(crl(), "If-Modified-Since", date).statusCode());
        String longAgo = "Sun, 06 Nov 1994 08:49:37 GMT";
        assertEquals(200, fetch(crl(), "If-Modified-Since", longAgo).statusCode());
        assertEquals(200, fetch(crl(), "If-Modified-Since", "yesterday").statusCode());
        String tag = header(fetch(crl()), "ETag");
        assertEquals(
                200,
                fetch(crl(), "If-Modified-Since", date, "If-None-Match", "\"0\"").statusCode(),
                "a tag goes before a date");
        for (String tags : List.of("\"0\", " + tag, "W/" + tag, "*")) {
            assertEquals(304, fetch(crl(), "If-None-Match", tags).statusCode(), tags);
        }
        revoke(leaf, "superseded");
        assertEquals(200, fetch(crl(), "If-Modified-Since", date).statusCode());
    }

    @Test
    void whoAsksTooOftenWaits() throws Exception {
        String crl = crl();
        try {
            restarted(new RevocationLimits(1_000, 3));
            for (int i = 0; i < 3; i++) {
                assertEquals(200, fetch(crl).statusCode());
            }
            assertRefused(crl, "address");
            assertRefused("/ocsp/MAA=", "address");
            assertEquals(200, rig.get("/api/v1/authorities").status(), "nothing else waits");
            restarted(new RevocationLimits(1, 100_000));
            Eventually.within(LIMIT).that("all is used up", () -> fetch(crl).statusCode() == 429);
            assertRefused(crl, "all");
        } finally {
            restarted(new RevocationLimits(10_000, 100_000));
        }
    }

    private static void restarted(RevocationLimits limits) {
        rig.stop();
        rig.revocation = limits;
        rig.start(0);
    }

    private static void assertRefused(String path, String limit) throws Exception {
        HttpResponse<byte[]> refused =
                Eventually.within(LIMIT)
                        .value(
                                "one too many",
                                () -> fetch(path),
                                answer -> answer.statusCode() == 429);
        var problem = Json.tree(refused.body());
        assertEquals("RATE_LIMITED", problem.path("code").asText());
        assertEquals(limit, problem.path("limit").asText());
        int waitS = Integer.parseInt(header(refused, "Retry-After"));
        assertTrue(waitS >= 1 && waitS <= 60, refused.headers().toString());
        assertTrue(
                rig.process()
                                .metrics()
                                .counter("revocation.questions.refused", "limit", limit)
                                .count()
                        >= 1);
    }

    @Test
    void theResponderAnswersByPostAndByGet() throws Exception {
        TestIdentity vehicle = EstClient.registered(rig, "WDRV0TESTREG60005").enrolled();
        X509Certificate leaf = vehicle.certificate();
        assertNull(posted(leaf));
        assertNull(got(request(issuer, leaf.getSerialNumber())));
        revoke(leaf, "keyCompromise");
        assertEquals(1, ((RevokedStatus) posted(leaf)).getRevocationReason());
        assertEquals(
                UnknownStatus.class, got(request(issuer, BigInteger.valueOf(4711))).getClass());
        assertEquals(
                6,
                new OCSPResp(
                                post(
                                                "/ocsp",
                                                "application/ocsp-request",
                                                request(rig.servers.intermediate(), BigInteger.ONE))
                                        .body())
                        .getStatus());
        assertEquals(415, post("/ocsp", "text/plain", new byte[] {1}).statusCode());
        assertEquals(
                413, post("/ocsp", "application/ocsp-request", new byte[100_000]).statusCode());
        assertEquals(1, new OCSPResp(fetch("/ocsp/no-request").body()).getStatus());
        assertEquals(1, new OCSPResp(fetch("/ocsp/%41zz").body()).getStatus());
    }

    /** A slash in Base64, as it is, encoded, and twice in a row. */
    @Test
    void slashesInARequestAreNoPath() throws Exception {
        int slashes = 0;
        for (int i = 0; i < 4_000 && slashes < 3; i++) {
            byte[] request =
                    request(
                            issuer,
                            BigInteger.valueOf(i).shiftLeft(64).add(BigInteger.valueOf(-1L >>> 1)));
            String text = Base64.getEncoder().encodeToString(request);
            if (text.contains("//")) {
                slashes++;
                assertEquals(UnknownStatus.class, status(fetch("/ocsp/" + text)).getClass());
                assertEquals(
                        UnknownStatus.class, status(fetch("/ocsp/" + encoded(text))).getClass());
            }
        }
        assertEquals(3, slashes);
    }

    @Test
    void certificatesSayWhereToAsk() throws Exception {
        X509Certificate leaf =
                EstClient.registered(rig, "WDRV0TESTREG60006").enrolled().certificate();
        assertTrue(text(leaf, "2.5.29.31").contains("http://127.0.0.1:1" + crl()));
        assertTrue(text(leaf, "1.3.6.1.5.5.7.1.1").contains("http://127.0.0.1:1/ocsp"));
    }

    @Test
    void theDocumentHasTheseRoutes() {
        Set<String> described =
                rig.process().rest().documents().merged().operations().stream()
                        .map(one -> one.method() + " " + one.path() + " " + one.scope())
                        .collect(Collectors.toSet());
        List<String> missing =
                rig.process().rest().routes().stream()
                        .filter(route ->
                                route.path().matches(".*/(certificates|authorities|crl|ocsp).*"))
                        .map(route ->
                                route.method()
                                        + " "
                                        + route.path()
                                        + " "
                                        + (route.scope() == null ? null : route.scope().text()))
                        .filter(route -> !described.contains(route))
                        .toList();
        assertEquals(List.of(), missing);
    }

    private static String text(X509Certificate leaf, String extension) {
        return new String(leaf.getExtensionValue(extension), StandardCharsets.ISO_8859_1);
    }

    private static String encoded(String base64) {
        return base64.replace("/", "%2F").replace("+", "%2B").replace("=", "%3d");
    }

    private static JsonNode revoke(X509Certificate leaf, String reason) {
        Reply reply = rig.post(path(leaf) + ":revoke", "{\"reason\":\"" + reason + "\"}");
        assertEquals(200, reply.status(), reply.json().toString());
        return reply.json();
    }

    private static RevokedCertificate lastRule(X509Certificate leaf, int expected)
            throws Exception {
        String key =
                "certificate/"
                        + Fingerprints.of(leaf.getIssuerX500Principal())
                        + "/"
                        + EstClient.idOf(leaf);
        List<AccessRule> rules =
                Eventually.within(LIMIT)
                        .value(key, () -> rig.rules(key), found -> found.size() == expected);
        return (RevokedCertificate) rules.getLast();
    }

    private static String path(X509Certificate leaf) {
        return "/api/v1/certificates/" + EstClient.idOf(leaf);
    }

    private static String issuerId() {
        return Fingerprints.of(issuer);
    }

    private static String crl() {
        return "/crl/" + issuerId() + ".crl";
    }

    private static X509CRL list() throws Exception {
        return (X509CRL)
                CertificateFactory.getInstance("X.509")
                        .generateCRL(new ByteArrayInputStream(fetch(crl()).body()));
    }

    private static long numberOf(X509CRL list) {
        byte[] value = list.getExtensionValue(Extension.cRLNumber.getId());
        return ASN1Integer.getInstance(ASN1OctetString.getInstance(value).getOctets())
                .longValueExact();
    }

    private static CertificateStatus posted(X509Certificate leaf) throws Exception {
        return status(
                post("/ocsp", "application/ocsp-request", request(issuer, leaf.getSerialNumber())));
    }

    private static CertificateStatus got(byte[] request) throws Exception {
        return status(fetch("/ocsp/" + encoded(Base64.getEncoder().encodeToString(request))));
    }

    private static CertificateStatus status(HttpResponse<byte[]> response) throws Exception {
        assertEquals(200, response.statusCode());
        assertEquals("application/ocsp-response", header(response, "Content-Type"));
        BasicOCSPResp said = (BasicOCSPResp) new OCSPResp(response.body()).getResponseObject();
        assertNotNull(said, "a refusal");
        return said.getResponses()[0].getCertStatus();
    }

    private static byte[] request(X509Certificate of, BigInteger serial) throws Exception {
        return new OCSPReqBuilder()
                .addRequest(
                        new CertificateID(
                                new JcaDigestCalculatorProviderBuilder()
                                        .build()
                                        .get(CertificateID.HASH_SHA1),
                                new JcaX509CertificateHolder(of),
                                serial))
                .build()
                .getEncoded();
    }

    private static HttpResponse<byte[]> post(String path, String type, byte[] body)
            throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    private static HttpResponse<byte[]> fetch(String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + rig.process().rest().port() + path);
    }

    private static String header(HttpResponse<byte[]> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}
