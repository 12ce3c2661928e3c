package dev.driveline.bench.server;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.jws.PublicKeys;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.simulator.KeyMaker;
import dev.driveline.simulator.load.Fleet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Stands in for the registry: signs what gateways read from {@code registry.access}. */
public final class Registry implements AutoCloseable {

    /** The name of its key, as the gateways' default has it. */
    public static final String KEY_ID = "registry";

    private final Jws.Signer signer;
    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private long version;

    /**
     * Writes its key pair into a folder: {@code registry.pem} for the gateways, {@code
     * registry.key} for a real registry that is to be believed as well.
     */
    Registry(KafkaConfig kafka, Path folder) throws IOException, GeneralSecurityException {
        KeyPair keys = KeyMaker.newKeys();
        Files.writeString(folder.resolve("registry.pem"), PublicKeys.toPem(keys.getPublic()));
        Files.writeString(
                folder.resolve("registry.key"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        this.signer = new Jws.Signer(KEY_ID, keys.getPrivate());
        this.producer = new KafkaProducer<>(kafka.producer("bench-registry"));
        this.topic = kafka.prefix().of(Topic.REGISTRY_ACCESS);
    }

    /** Lets an authority speak for every VIN of the fleet's tenant. */
    public void trust(X509Certificate authority)
            throws GeneralSecurityException, InterruptedException, ExecutionException {
        byte[] der = authority.getEncoded();
        publish(
                new AccessRule.TrustAnchor(
                        ++version,
                        AccessRule.State.IN_FORCE,
                        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der)),
                        Base64.getEncoder().encodeToString(der),
                        Fleet.TENANT,
                        List.of("")));
    }

    /** Revokes one certificate; returns when the record is stored. */
    public void revoke(byte[] certificate)
            throws GeneralSecurityException, InterruptedException, ExecutionException {
        X509Certificate parsed =
                (X509Certificate)
                        CertificateFactory.getInstance("X.509")
                                .generateCertificate(new ByteArrayInputStream(certificate));
        byte[] issuer =
                MessageDigest.getInstance("SHA-256")
                        .digest(parsed.getIssuerX500Principal().getEncoded());
        publish(
                new AccessRule.RevokedCertificate(
                        ++version,
                        AccessRule.State.IN_FORCE,
                        HexFormat.of().formatHex(issuer),
                        parsed.getSerialNumber().toString(16),
                        "keyCompromise"));
    }

    private void publish(AccessRule rule) throws InterruptedException, ExecutionException {
        String value = signer.sign(AccessRule.TYP, Json.bytes(rule));
        producer.send(
                        new ProducerRecord<>(
                                topic,
                                0,
                                rule.key().getBytes(StandardCharsets.UTF_8),
                                value.getBytes(StandardCharsets.UTF_8)))
                .get();
    }

    @Override
    public void close() {
        producer.close();
    }
}
