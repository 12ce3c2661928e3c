package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.driveline.contract.id.Vin;
import dev.driveline.registry.RegistryRig.Reply;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestIdentity;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A vehicle of the rig and its TBox at the EST port. */
record EstClient(RegistryRig rig, Vin vin, String serial) {

    record Answer(int status, String text, HttpResponse<byte[]> response) {

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        X509Certificate certificate() throws Exception {
            assertEquals(200, status, text);
            return certificates(text).getFirst();
        }
    }

    /** Registers the vehicle with its TBox, of model {@code m}. */
    static EstClient registered(RegistryRig rig, String vin) {
        var _ = rig.post("/api/v1/models", "{\"id\":\"m\",\"name\":\"Model\"}");
        EstClient client = new EstClient(rig, Vin.of(vin), "TB-" + vin);
        Reply added =
                rig.post(
                        "/api/v1/vehicles",
                        "{\"vin\":\"%s\",\"model\":\"m\",\"tboxSerial\":\"%s\"}"
                                .formatted(vin, client.serial));
        assertEquals(201, added.status(), added.json().toString());
        return client;
    }

    TestIdentity birth() {
        return rig.births.leaf().commonName(serial).forClients().issue();
    }

    /** A new key, certified by means of the birth certificate. */
    TestIdentity enrolled() throws Exception {
        return enrolled(TestCa.newKeys());
    }

    TestIdentity enrolled(KeyPair keys) throws Exception {
        return new TestIdentity(keys.getPrivate(), List.of(enrol(keys).certificate()));
    }

    Answer enrol(KeyPair keys) throws Exception {
        return post("simpleenroll", rig.tls(birth()), base64(request("CN=ignored", keys)));
    }

    Answer renew(TestIdentity before, String subject, KeyPair keys) throws Exception {
        return post("simplereenroll", rig.tls(before), base64(request(subject, keys)));
    }

    Answer post(String operation, SSLContext tls, String body) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(tls).build()) {
            return send(client, operation, body.getBytes(StandardCharsets.US_ASCII));
        }
    }

    Answer send(HttpClient client, String operation, byte[] body) throws Exception {
        return send(
                client,
                HttpRequest.newBuilder(rig.est(operation))
                        .header("Content-Type", "application/pkcs10")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build());
    }

    Answer get(String operation) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(rig.tls()).build()) {
            return send(client, HttpRequest.newBuilder(rig.est(operation)).build());
        }
    }

    private static Answer send(HttpClient client, HttpRequest request) throws Exception {
        HttpResponse<byte[]> response =
                client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        return new Answer(
                response.statusCode(),
                new String(response.body(), StandardCharsets.UTF_8),
                response);
    }

    static byte[] request(String subject, KeyPair keys) throws Exception {
        return new JcaPKCS10CertificationRequestBuilder(
                        new X500Principal(subject), keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                .getEncoded();
    }

    static String base64(byte[] bytes) {
        return Base64.getMimeEncoder().encodeToString(bytes);
    }

    /** Of a PKCS#7 in Base64. */
    static List<X509Certificate> certificates(String pkcs7) throws Exception {
        return new CMSSignedData(Base64.getMimeDecoder().decode(pkcs7))
                .getCertificates().getMatches(null).stream()
                        .map(holder -> {
                            try {
                                return parse(holder.getEncoded());
                            } catch (Exception unreadable) {
                                throw new AssertionError(unreadable);
                            }
                        })
                        .toList();
    }

    static X509Certificate parse(byte[] bytes) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(bytes));
    }

    static String idOf(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }
}
