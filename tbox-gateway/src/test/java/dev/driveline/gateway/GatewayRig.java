package dev.driveline.gateway;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.gateway.Heartbeat;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.gateway.drain.DrainPace;
import dev.driveline.gateway.link.Limits;
import dev.driveline.gateway.mqtt.EdgeConfig;
import dev.driveline.gateway.tls.TlsConfig;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.jws.PublicKeys;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.TailReader;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.testkit.Eventually;
import dev.driveline.testkit.Http;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestIdentity;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/** A gateway on free ports, its Kafka, its registry's key, and vehicles that connect to it. */
final class GatewayRig implements AutoCloseable {

    static final TenantId TENANT = TenantId.of("acme");
    static final int PARTITIONS = 3;

    /** As stated, but with a keepalive that a test can wait for. */
    static final Limits LIMITS =
            new Limits(
                    16,
                    128 * 1024,
                    16,
                    16,
                    16,
                    Limits.STATED.maxSessionExpiryS(),
                    1,
                    1_200,
                    80 * 1024,
                    200,
                    Limits.Rates.UNLIMITED);

    final KafkaConfig kafka;
    final TestCa ca = TestCa.create();
    private final KeyPair registryKeys = TestCa.newKeys();
    private final Jws.Signer registry = new Jws.Signer("registry", registryKeys.getPrivate());
    private final Path folder;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Map<Topic, List<ConsumerRecord<byte[], byte[]>>> seen = new ConcurrentHashMap<>();
    private final List<TailReader> taps = new CopyOnWriteArrayList<>();
    private final Clock clock;
    private final long bufferBytes;
    private final TlsConfig tls;
    private final DrainPace drain;
    private final String serverReference;
    private final List<ServiceProcess> others = new CopyOnWriteArrayList<>();
    private ServiceProcess process;
    private GatewayService gateway;
    private long version;

    GatewayRig(String bootstrap, String prefix, Path folder) throws IOException {
        this(bootstrap, prefix, folder, Clock.systemUTC(), 8 << 20);
    }

    GatewayRig(String bootstrap, String prefix, Path folder, Clock clock, long bufferBytes)
            throws IOException {
        this(bootstrap, prefix, folder, clock, bufferBytes, TlsConfig.DEFAULT);
    }

    GatewayRig(
            String bootstrap,
            String prefix,
            Path folder,
            Clock clock,
            long bufferBytes,
            TlsConfig tls)
            throws IOException {
        this(bootstrap, prefix, folder, clock, bufferBytes, tls, DrainPace.STATED, null);
    }

    GatewayRig(
            String bootstrap,
            String prefix,
            Path folder,
            Clock clock,
            long bufferBytes,
            TlsConfig tls,
            DrainPace drain,
            String serverReference)
            throws IOException {
        this.tls = tls;
        this.drain = drain;
        this.serverReference = serverReference;
        this.folder = folder;
        this.clock = clock;
        this.bufferBytes = bufferBytes;
        this.kafka = KafkaConfig.single(bootstrap, new TopicPrefix(prefix), PARTITIONS);
        this.producer = new KafkaProducer<>(kafka.producer("rig"));
        Files.writeString(
                folder.resolve("registry.pem"), PublicKeys.toPem(registryKeys.getPublic()));
        start();
        anchor(ca.root(), List.of(""));
    }

    void start() {
        ca.server().writeTo(folder, "server");
        process = newProcess();
        gateway = newGateway(process, "127.0.0.1", 0, 1);
        process.open();
    }

    /** A gateway beside this one, of the same fleet: another host's, with the same port. */
    void startAnother(String host, int slot) {
        ServiceProcess other = newProcess();
        others.add(other);
        var _ = newGateway(other, host, port(), slot);
        other.open();
    }

    private ServiceProcess newProcess() {
        return ServiceProcess.start(
                ServiceProcess.ProcessConfig.onFreePorts(), GatewayRig::callerOf, clock);
    }

    /** A token is a scope, or a scope, a slash and the one VIN that it is narrowed to. */
    private static Caller callerOf(String token) {
        if (token.equals("none")) {
            throw new ProblemException(ErrorCode.UNAUTHENTICATED, "no such token");
        }
        int slash = token.indexOf('/');
        return new Caller(
                "operator@acme",
                null,
                TENANT,
                Set.of(slash < 0 ? token : token.substring(0, slash)),
                slash < 0 ? null : Set.of(Vin.of(token.substring(slash + 1))));
    }

    /** The admin port, without a token. */
    Http admin() {
        return Http.at("http://127.0.0.1:" + process.admin().port());
    }

    /** Everything that is measured, with its labels. */
    List<Meter> meters() {
        return process.metrics().getMeters();
    }

    private GatewayService newGateway(ServiceProcess of, String host, int port, int slot) {
        EdgeConfig edge =
                new EdgeConfig(
                        host,
                        port,
                        0,
                        folder.resolve("server.crt.pem"),
                        folder.resolve("server.key.pem"),
                        100,
                        serverReference,
                        drain,
                        LIMITS);
        return GatewayService.start(
                new GatewayConfig(
                        kafka,
                        edge,
                        tls,
                        slot,
                        folder.resolve("registry.pem"),
                        "registry",
                        bufferBytes),
                of);
    }

    void stop() {
        process.close();
    }

    int port() {
        return gateway.port();
    }

    /** How many rules of a kind the gateway holds. */
    int rules(String kind) {
        return (int)
                process.metrics().get("gateway.access.rules").tag("kind", kind).gauge().value();
    }

    /** The sum of a counter over all its labels. */
    double counted(String counter) {
        return process.metrics().find(counter).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    /** Paths whose signatures were verified. */
    double validations() {
        return process.metrics().get("gateway.trust.validations").functionCounter().count();
    }

    /** A counter with one label, of all gateways of the rig. */
    double counted(String counter, String label, String value) {
        return Stream.concat(Stream.of(process), others.stream())
                .flatMap(each -> each.metrics().find(counter).tag(label, value).counters().stream())
                .mapToDouble(Counter::count)
                .sum();
    }

    int proxyPort() {
        return gateway.proxyPort();
    }

    double gauge(String name) {
        return process.metrics().get(name).gauge().value();
    }

    int webSocketPort() {
        return gateway.webSocketPort();
    }

    int sessions() {
        return gateway.sessions();
    }

    void anchor(X509Certificate certificate, List<String> prefixes) {
        try {
            byte[] der = certificate.getEncoded();
            String id = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
            publish(
                    new AccessRule.TrustAnchor(
                            ++version,
                            AccessRule.State.IN_FORCE,
                            id,
                            Base64.getEncoder().encodeToString(der),
                            TENANT,
                            prefixes));
        } catch (java.security.GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    void suspend(Vin vin, boolean suspended) {
        publish(
                new AccessRule.SuspendedVehicle(
                        ++version,
                        suspended ? AccessRule.State.IN_FORCE : AccessRule.State.REMOVED,
                        vin));
    }

    void limit(Vin vin, int messagesPerS, int bytesPerS) {
        publish(
                new AccessRule.VehicleLimits(
                        ++version, AccessRule.State.IN_FORCE, vin, messagesPerS, bytesPerS));
    }

    void revoke(X509Certificate certificate) {
        publish(revocation(certificate));
    }

    AccessRule.RevokedCertificate revocation(X509Certificate certificate) {
        try {
            byte[] issuer =
                    MessageDigest.getInstance("SHA-256")
                            .digest(certificate.getIssuerX500Principal().getEncoded());
            return new AccessRule.RevokedCertificate(
                    ++version,
                    AccessRule.State.IN_FORCE,
                    HexFormat.of().formatHex(issuer),
                    certificate.getSerialNumber().toString(16),
                    "keyCompromise");
        } catch (java.security.GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    void publish(AccessRule rule) {
        send(Topic.REGISTRY_ACCESS, 0, rule.key(), registry.sign(AccessRule.TYP, Json.bytes(rule)));
    }

    void publishSignedBy(KeyPair keys, AccessRule rule) {
        Jws.Signer other = new Jws.Signer("registry", keys.getPrivate());
        send(Topic.REGISTRY_ACCESS, 0, rule.key(), other.sign(AccessRule.TYP, Json.bytes(rule)));
    }

    void down(Downlink downlink) {
        send(Topic.GATEWAY_DOWNLINK, 1, downlink.vin().value(), Json.text(downlink));
    }

    void presence(Vin vin, Presence presence) {
        send(Topic.VEHICLE_PRESENCE, 0, vin.value(), Json.text(presence));
    }

    void heartbeat(Heartbeat beat) {
        send(Topic.GATEWAY_HEARTBEATS, 0, beat.run().toString(), Json.text(beat));
    }

    private void send(Topic topic, int partition, String key, String value) {
        try {
            producer.send(
                            new ProducerRecord<>(
                                    kafka.prefix().of(topic),
                                    partition,
                                    key.getBytes(StandardCharsets.UTF_8),
                                    value.getBytes(StandardCharsets.UTF_8)))
                    .get();
        } catch (InterruptedException | java.util.concurrent.ExecutionException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Records of a topic about a vehicle, in the order of its log. */
    List<ConsumerRecord<byte[], byte[]>> records(Topic topic, Vin vin) {
        List<ConsumerRecord<byte[], byte[]>> all =
                seen.computeIfAbsent(
                        topic,
                        first -> {
                            List<ConsumerRecord<byte[], byte[]>> list =
                                    new CopyOnWriteArrayList<>();
                            taps.add(
                                    TailReader.start(
                                            "tap-" + topic,
                                            kafka.consumer("tap"),
                                            kafka.prefix().of(topic),
                                            IntStream.range(0, PARTITIONS).boxed().toList(),
                                            TailReader.From.BEGINNING,
                                            list::add));
                            return list;
                        });
        return all.stream()
                .filter(record ->
                        new String(record.key(), StandardCharsets.UTF_8).equals(vin.value()))
                .toList();
    }

    ConsumerRecord<byte[], byte[]> await(
            Topic topic, Vin vin, String what, Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
        return Eventually.within(Duration.ofSeconds(10))
                .value(
                        what,
                        () -> records(topic, vin).stream().filter(wanted).findFirst().orElse(null),
                        found -> found != null);
    }

    /** The vehicle's last presence of a kind. */
    <T extends Presence> T presence(Vin vin, Class<T> kind, Predicate<T> wanted) {
        return Eventually.within(Duration.ofSeconds(10))
                .value(
                        kind.getSimpleName() + " of " + vin,
                        () -> {
                            List<ConsumerRecord<byte[], byte[]>> records =
                                    records(Topic.VEHICLE_PRESENCE, vin);
                            if (records.isEmpty()) {
                                return null;
                            }
                            Presence last = Json.read(records.getLast().value(), Presence.class);
                            return kind.isInstance(last) && wanted.test(kind.cast(last))
                                    ? kind.cast(last)
                                    : null;
                        },
                        found -> found != null);
    }

    static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    static String detail(ConsumerRecord<byte[], byte[]> record) {
        return header(record, Headers.DETAIL);
    }

    TestIdentity identity(Vin vin) {
        return ca.vehicle(TENANT.value(), vin.value());
    }

    MqttClientSslConfig ssl(TestIdentity identity) {
        try {
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(identity.keyStore(), TestIdentity.STORE_PASSWORD.toCharArray());
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(ca.trustStore());
            return MqttClientSslConfig.builder()
                    .keyManagerFactory(keys)
                    .trustManagerFactory(trust)
                    .build();
        } catch (java.security.GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    Mqtt5BlockingClient five(Vin vin, TestIdentity identity) {
        return MqttClient.builder()
                .useMqttVersion5()
                .identifier(vin.value())
                .serverHost("127.0.0.1")
                .serverPort(port())
                .sslConfig(ssl(identity))
                .buildBlocking();
    }

    Mqtt3AsyncClient three(Vin vin, TestIdentity identity) {
        return MqttClient.builder()
                .useMqttVersion3()
                .identifier(vin.value())
                .serverHost("127.0.0.1")
                .serverPort(port())
                .sslConfig(ssl(identity))
                .buildAsync();
    }

    @Override
    public void close() {
        others.forEach(ServiceProcess::close);
        stop();
        taps.forEach(TailReader::close);
        producer.close();
    }
}
