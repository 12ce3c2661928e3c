package dev.driveline.simulator;

import dev.driveline.runtime.jws.PrivateKeys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enrols a TBox by EST: makes a key that never leaves its folder, and gets the operational
 * certificate for it, with its birth certificate or a one-time token. Source: RFC 7030 §4.2.
 */
public final class Enrolment {

    private static final Logger LOG = LoggerFactory.getLogger(Enrolment.class);
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int MAX_ATTEMPTS = 30;

    private final URI est;
    private final List<X509Certificate> authorities;

    /**
     * @param est for example {@code https://localhost:8443}
     * @param authorities whom the TBox trusts as a server's issuer
     */
    public Enrolment(URI est, List<X509Certificate> authorities) {
        this.est = est;
        this.authorities = List.copyOf(authorities);
    }

    /**
     * Fills {@code tbox.key} and {@code tbox.crt} of a folder with {@code birth.key} and {@code
     * birth.crt} in it; does nothing if they are there.
     */
    public void withBirthCertificate(Path folder, String serial)
            throws IOException, GeneralSecurityException, InterruptedException {
        if (Files.exists(folder.resolve("tbox.crt"))) {
            return;
        }
        KeyManager[] birth =
                Pem.keyManagers(
                                PrivateKeys.fromPem(folder.resolve("birth.key")),
                                Pem.certificates(folder.resolve("birth.crt")))
                        .getKeyManagers();
        enrol(folder, serial, birth, "");
    }

    /** The same with a one-time token instead of a birth certificate. */
    public void withToken(Path folder, String serial, String token)
            throws IOException, GeneralSecurityException, InterruptedException {
        if (Files.exists(folder.resolve("tbox.crt"))) {
            return;
        }
        byte[] credentials = (serial + ":" + token).getBytes(StandardCharsets.UTF_8);
        enrol(
                folder,
                serial,
                new KeyManager[0],
                "Basic " + Base64.getEncoder().encodeToString(credentials));
    }

    private void enrol(Path folder, String serial, KeyManager[] keys, String authorization)
            throws IOException, GeneralSecurityException, InterruptedException {
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys, Pem.trustManagers(authorities).getTrustManagers(), null);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        HttpRequest.Builder request =
                HttpRequest.newBuilder(est.resolve("/.well-known/est/simpleenroll"))
                        .timeout(LIMIT)
                        .header("Content-Type", "application/pkcs10")
                        .header("Content-Transfer-Encoding", "base64")
                        .POST(HttpRequest.BodyPublishers.ofString(request(serial, pair)));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(tls).connectTimeout(LIMIT).build()) {
            for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
                HttpResponse<String> answer =
                        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == 200) {
                    keep(folder, pair, answer.body());
                    return;
                }
                if (answer.statusCode() != 202) {
                    throw new IOException(
                            "EST at "
                                    + est
                                    + " answered "
                                    + answer.statusCode()
                                    + " for TBox "
                                    + serial
                                    + ": "
                                    + answer.body());
                }
                // Not bound to a vehicle yet.
                long waitS = answer.headers().firstValueAsLong("Retry-After").orElse(5);
                LOG.atInfo()
                        .setMessage("enrolment waits")
                        .addKeyValue("serial", serial)
                        .addKeyValue("seconds", waitS)
                        .log();
                var _ = new CountDownLatch(1).await(Math.min(waitS, 60), TimeUnit.SECONDS);
            }
        }
        throw new IOException("EST at " + est + " has no vehicle bound to TBox " + serial);
    }

    private static String request(String serial, KeyPair pair) throws IOException {
        try {
            byte[] der =
                    new JcaPKCS10CertificationRequestBuilder(
                                    new X500Principal("SERIALNUMBER=" + serial), pair.getPublic())
                            .build(
                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                            .build(pair.getPrivate()))
                            .getEncoded();
            return Base64.getMimeEncoder().encodeToString(der);
        } catch (OperatorCreationException unusable) {
            throw new IOException("cannot sign the request", unusable);
        }
    }

    /** The leaf is the certificate of our key; the rest of the answer is its chain, in order. */
    private static void keep(Path folder, KeyPair pair, String body)
            throws IOException, GeneralSecurityException {
        byte[] pkcs7 = Base64.getMimeDecoder().decode(body);
        List<X509Certificate> all = new ArrayList<>();
        CertificateFactory.getInstance("X.509")
                .generateCertPath(new ByteArrayInputStream(pkcs7), "PKCS7")
                .getCertificates()
                .forEach(certificate -> all.add((X509Certificate) certificate));
        all.sort(
                Comparator.comparingInt(certificate ->
                        certificate.getPublicKey().equals(pair.getPublic()) ? 0 : 1));
        if (all.isEmpty() || !all.getFirst().getPublicKey().equals(pair.getPublic())) {
            throw new IOException("EST answered without a certificate for our key");
        }
        StringBuilder chain = new StringBuilder();
        for (X509Certificate certificate : all) {
            chain.append(Pem.text(certificate));
        }
        Pem.writeSecret(folder.resolve("tbox.key"), PrivateKeys.toPem(pair.getPrivate()));
        Files.writeString(folder.resolve("tbox.crt"), chain.toString());
    }
}
