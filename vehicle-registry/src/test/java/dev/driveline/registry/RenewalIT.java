package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.registry.EstClient.Answer;
import dev.driveline.registry.RegistryRig.Reply;
import dev.driveline.registry.x509.Mutations;
import dev.driveline.testkit.Draw;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestIdentity;
import dev.driveline.testkit.Trials;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.est.CsrAttrs;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.est.jcajce.JcaJceUtils;
import org.bouncycastle.est.jcajce.JsseESTServiceBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Keys and renewals over real TLS. */
final class RenewalIT {

    @RegisterExtension static final RegistryRig rig = new RegistryRig();

    @Test
    void saysWhichKeysItTakes() throws Exception {
        Answer answer =
                new EstClient(rig, dev.driveline.contract.id.Vin.of("WDRV0TESTREG40000"), "TB")
                        .get("csrattrs");
        assertEquals(200, answer.status());
        assertEquals("application/csrattrs", answer.header("Content-Type"));
        CsrAttrs wanted =
                CsrAttrs.getInstance(
                        ASN1Sequence.getInstance(Base64.getMimeDecoder().decode(answer.text())));
        assertTrue(wanted.getAttrOrOIDs().length >= 4);
        assertTrue(
                java.util.Arrays.stream(wanted.getAttrOrOIDs())
                        .anyMatch(one ->
                                !one.isOid()
                                        && one.getAttribute()
                                                .getAttrValues()
                                                .getObjectAt(0)
                                                .equals(SECObjectIdentifiers.secp256r1)));
    }

    @Test
    void anOperationalCertificateIsRenewed() throws Exception {
        EstClient client = EstClient.registered(rig, "WDRV0TESTREG40001");
        TestIdentity first = client.enrolled();
        String subject = "CN=" + client.vin() + ", O=demo";
        Answer renewed = client.renew(first, subject, TestCa.newKeys());
        assertEquals(
                first.certificate().getSubjectX500Principal(),
                renewed.certificate().getSubjectX500Principal());
        Answer other = client.renew(first, "CN=WDRV0TESTREG40002, O=demo", TestCa.newKeys());
        assertEquals(400, other.status());
        assertTrue(other.text().contains("subject"), other.text());
        assertEquals(
                403,
                client.post(
                                "simpleenroll",
                                rig.tls(first),
                                EstClient.base64(EstClient.request(subject, TestCa.newKeys())))
                        .status());
        assertEquals(403, client.renew(client.birth(), subject, TestCa.newKeys()).status());
        assertEquals(
                401,
                client.post(
                                "simplereenroll",
                                rig.tls(),
                                EstClient.base64(EstClient.request(subject, TestCa.newKeys())))
                        .status());
        revoke(first, "certificateHold");
        Answer held = client.renew(first, subject, TestCa.newKeys());
        assertEquals(403, held.status());
        assertTrue(held.text().contains("certificateHold"), held.text());
    }

    @Test
    void aKeyServesOneVehicleAndNotAfterItWasRevoked() throws Exception {
        EstClient one = EstClient.registered(rig, "WDRV0TESTREG40003");
        EstClient other = EstClient.registered(rig, "WDRV0TESTREG40004");
        KeyPair keys = TestCa.newKeys();
        TestIdentity first = one.enrolled(keys);
        one.enrolled(keys);
        Answer shared = other.enrol(keys);
        assertEquals(400, shared.status());
        assertTrue(shared.text().contains("another vehicle"), shared.text());
        revoke(first, "keyCompromise");
        Answer again = one.enrol(keys);
        assertEquals(400, again.status());
        assertTrue(again.text().contains("revoked"), again.text());
        one.enrolled();
    }

    @Test
    void itIsWrittenDownWhichTboxEnrolled() throws Exception {
        EstClient client = EstClient.registered(rig, "WDRV0TESTREG40005");
        String id = EstClient.idOf(client.enrolled().certificate());
        JsonNode entries =
                rig.get("/api/v1/audit/registry?kind=certificate&vin=" + client.vin())
                        .json()
                        .path("items");
        assertEquals(1, entries.size(), entries.toString());
        assertEquals("tbox:" + client.serial(), entries.get(0).path("actor").asText());
        assertEquals(id, entries.get(0).path("subject").asText());
    }

    @Test
    void aTboxThatAsksTooOftenWaits() throws Exception {
        rig.stop();
        rig.perTbox = 2;
        rig.start(0);
        try {
            EstClient client = EstClient.registered(rig, "WDRV0TESTREG40006");
            client.enrolled();
            client.enrolled();
            Answer third = client.enrol(TestCa.newKeys());
            assertEquals(429, third.status());
            assertTrue(Integer.parseInt(third.header("Retry-After")) > 60, third.text());
            EstClient.registered(rig, "WDRV0TESTREG40007").enrolled();
        } finally {
            rig.stop();
            rig.perTbox = 1_000;
            rig.start(0);
        }
    }

    /** BouncyCastle's client, which knows nothing of this server. */
    @Test
    void anIndependentClientRenews() throws Exception {
        EstClient client = EstClient.registered(rig, "WDRV0TESTREG40008");
        TestIdentity first = client.enrolled();
        var keys =
                JcaJceUtils.createKeyManagerFactory(
                        "SunX509",
                        null,
                        first.keyStore(),
                        TestIdentity.STORE_PASSWORD.toCharArray());
        var service =
                new JsseESTServiceBuilder("localhost", rig.estPort(), rig.trust())
                        .withKeyManagers(keys.getKeyManagers())
                        .build();
        assertTrue(service.getCSRAttributes().hasAttributesResponse());
        var request =
                new PKCS10CertificationRequest(
                        EstClient.request("CN=" + client.vin() + ", O=demo", TestCa.newKeys()));
        var response = service.simpleEnroll(true, request, null);
        assertTrue(response.isCompleted());
        assertEquals(1, response.getStore().getMatches(null).size());
    }

    /** A TBox may enrol so often in an hour: in a long run another one goes on. */
    @Test
    void mutatedBodiesAreAnswered() throws Exception {
        Set<Integer> seen = new TreeSet<>();
        List<Applicant> applicants = new ArrayList<>();
        AtomicInteger tried = new AtomicInteger();
        try {
            Trials.of(59)
                    .run(
                            300,
                            random -> {
                                if (tried.getAndIncrement() % 1_000 == 0) {
                                    applicants.add(Applicant.number(applicants.size()));
                                }
                                seen.add(applicants.getLast().send(random));
                            });
        } finally {
            applicants.forEach(applicant -> applicant.http.close());
        }
        assertEquals(Set.of(200, 400), seen);
    }

    private record Applicant(EstClient client, HttpClient http) {

        static Applicant number(int number) throws Exception {
            EstClient client = EstClient.registered(rig, "WDRV0TESTMUT%05d".formatted(number + 1));
            return new Applicant(
                    client, HttpClient.newBuilder().sslContext(rig.tls(client.birth())).build());
        }

        int send(Draw random) throws Exception {
            byte[] request = EstClient.request("CN=" + client.vin(), TestCa.newKeys());
            byte[] body =
                    random.oneIn(2)
                            ? bytes(EstClient.base64(Mutations.of(random, request)))
                            : Mutations.of(random, bytes(EstClient.base64(request)));
            return client.send(http, "simpleenroll", body).status();
        }
    }

    /** They had neither the key's fingerprint nor the authority; 1,201 are three rounds. */
    @Test
    void certificatesOfAnEarlierVersionAreCompletedAtTheStart() throws Exception {
        EstClient client = EstClient.registered(rig, "WDRV0TESTREG40010");
        EstClient other = EstClient.registered(rig, "WDRV0TESTREG40011");
        KeyPair keys = TestCa.newKeys();
        String id = EstClient.idOf(client.enrolled(keys).certificate());
        String authority = authorityOf(id);
        rig.sql("UPDATE certificate SET spki = NULL, authority = NULL WHERE id = '" + id + "'");
        String copy =
                """
                INSERT INTO certificate (id, issuer, tenant, vin, tbox_serial, not_before,
                                         not_after, der)
                SELECT %s, %s, tenant, vin, tbox_serial, not_before, not_after, der
                FROM certificate, generate_series(1, %d) AS n WHERE id = '%s'
                """;
        rig.sql(copy.formatted("'c0ffee' || to_hex(n)", "issuer", 1_200, id));
        rig.sql(copy.formatted("'beef' || n", "repeat('0', 64)", 3, id));
        for (String incomplete : List.of(id, "c0ffee1", "c0ffee4b0", "beef1")) {
            assertEquals("", authorityOf(incomplete));
        }
        rig.stop();
        rig.start(0);
        for (String completed : List.of(id, "c0ffee1", "c0ffee4b0")) {
            assertEquals(authority, authorityOf(completed));
        }
        assertEquals("", authorityOf("beef1"), "nobody here has that name");
        Answer shared = other.enrol(keys);
        assertEquals(400, shared.status());
        assertTrue(shared.text().contains("another vehicle"), shared.text());
    }

    private static String authorityOf(String certificate) {
        Reply reply = rig.get("/api/v1/certificates/" + certificate);
        assertEquals(200, reply.status(), reply.json().toString());
        return reply.json().path("authority").asText();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void revoke(TestIdentity of, String reason) {
        assertEquals(
                200,
                rig.post(
                                "/api/v1/certificates/"
                                        + EstClient.idOf(of.certificate())
                                        + ":revoke",
                                "{\"reason\":\"" + reason + "\"}")
                        .status());
    }
}
