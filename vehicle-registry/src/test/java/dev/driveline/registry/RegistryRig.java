package dev.driveline.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.registry.est.EstConfig;
import dev.driveline.registry.http.RevocationLimits;
import dev.driveline.registry.vehicle.CheckDigitPolicy;
import dev.driveline.registry.x509.AuthorityConfig;
import dev.driveline.registry.x509.Profile;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.auth.Authenticator;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.jws.PublicKeys;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.RestConfig;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestIdentity;
import dev.driveline.testkit.TestKafka;
import dev.driveline.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * One registry with a database, topics and key files of its own, and callers of it; as a registered
 * extension it lives as long as a test class.
 *
 * <p>A token is {@code <tenant>} for all scopes, {@code <tenant>/<scope>} for one, {@code
 * <tenant>//<vin>} for one vehicle, {@code <tenant>///<fleet>} for one fleet, {@code ~<person>} for
 * a person; {@code expired} has expired.
 */
final class RegistryRig implements BeforeAllCallback, AfterAllCallback {

    static final TenantId DEMO = TenantId.of("demo");
    private static final int PARTITIONS = 3;

    final TestCa servers = TestCa.create();
    final TestCa births = TestCa.create();
    private Path folder;
    private KafkaConfig kafka;
    private DatabaseConfig database;
    private KafkaConsumer<byte[], byte[]> reader;
    private final List<ConsumerRecord<byte[], byte[]>> seen = new ArrayList<>();
    private KafkaProducer<byte[], byte[]> writer;
    private ProducerRecord<byte[], byte[]> lastEvent;
    private final HttpClient http = HttpClient.newHttpClient();
    private ServiceProcess process;

    /** Taken at the next start. */
    @Nullable Path more;

    @Nullable String publicUrl = "http://127.0.0.1:1";
    int perTbox = 1_000;
    RevocationLimits revocation = new RevocationLimits(10_000, 100_000);
    int restPort;
    private RegistryService service;

    record Reply(int status, JsonNode json, HttpResponse<byte[]> response) {
        String code() {
            return json.path("code").asText();
        }

        String detail() {
            return json.path("detail").asText();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        folder = Files.createTempDirectory("registry");
        TestPostgres.Database fresh = TestPostgres.freshDatabase();
        database = new DatabaseConfig(fresh.jdbcUrl(), fresh.user(), fresh.password(), 8);
        kafka =
                KafkaConfig.single(
                        TestKafka.bootstrap(),
                        new TopicPrefix(TestKafka.freshPrefix()),
                        PARTITIONS);
        servers.server().writeTo(folder, "est");
        Files.writeString(folder.resolve("births.pem"), births.rootPem());
        start(0);
        reader = new KafkaConsumer<>(kafka.consumer("reader"));
        reader.assign(
                Stream.of(
                                Topic.REGISTRY_VEHICLES,
                                Topic.REGISTRY_MODELS,
                                Topic.REGISTRY_CATALOGUES,
                                Topic.REGISTRY_MAPPINGS,
                                Topic.REGISTRY_GRANTS,
                                Topic.REGISTRY_ACCESS,
                                Topic.REGISTRY_ERASURES)
                        .flatMap(topic -> reader.partitionsFor(kafka.prefix().of(topic)).stream())
                        .map(of -> new TopicPartition(of.topic(), of.partition()))
                        .toList());
        reader.seekToBeginning(reader.assignment());
        writer = new KafkaProducer<>(kafka.producer("writer"));
    }

    /** Starts the registry, in whatever state its database is. */
    void start(int epoch) {
        process =
                ServiceProcess.start(
                        new ServiceProcess.ProcessConfig(
                                new RestConfig("127.0.0.1", restPort, 256, 1_000), "127.0.0.1", 0),
                        authenticator(),
                        Clock.systemUTC());
        service =
                RegistryService.start(
                        new RegistryConfig(
                                kafka,
                                database,
                                authorities(),
                                new EstConfig(
                                        "127.0.0.1",
                                        0,
                                        folder.resolve("est.crt.pem"),
                                        folder.resolve("est.key.pem"),
                                        folder.resolve("births.pem"),
                                        Duration.ofSeconds(7),
                                        16,
                                        1_000,
                                        perTbox,
                                        100_000),
                                folder.resolve("access.pem"),
                                "registry",
                                CheckDigitPolicy.of(
                                        CheckDigitPolicy.Mode.WARN,
                                        CheckDigitPolicy.Mode.ENFORCE,
                                        CheckDigitPolicy.Mode.OFF),
                                Duration.ofHours(1),
                                revocation,
                                epoch),
                        process);
        process.open();
    }

    private AuthorityConfig authorities() {
        return new AuthorityConfig(
                new AuthorityConfig.Key(folder.resolve("issuing.p12"), "testing", DEMO),
                true,
                more,
                Profile.of(Duration.ofDays(90), publicUrl));
    }

    void stop() {
        process.close();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (process != null) {
            stop();
        }
        if (writer != null) {
            reader.close();
            writer.close();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** With the key files. */
    Path folder() {
        return folder;
    }

    ServiceProcess process() {
        return process;
    }

    int estPort() {
        return service.estPort();
    }

    URI est(String operation) {
        return URI.create(
                "https://localhost:" + service.estPort() + "/.well-known/est/" + operation);
    }

    /** TLS that trusts the EST server and shows nothing. */
    SSLContext tls() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new X509TrustManager[] {trust()}, null);
        return context;
    }

    /** Trusts the EST server. */
    X509TrustManager trust() throws Exception {
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(servers.trustStore());
        return (X509TrustManager) trust.getTrustManagers()[0];
    }

    /** The same with a certificate. */
    SSLContext tls(TestIdentity identity) {
        return identity.sslContext(servers.trustStore());
    }

    Reply call(String token, String method, String path, String body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + process.rest().port() + path))
                        .timeout(Duration.ofSeconds(30))
                        .method(
                                method,
                                body.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<byte[]> response =
                    http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            byte[] bytes = response.body().length == 0 ? new byte[] {'{', '}'} : response.body();
            return new Reply(response.statusCode(), Json.tree(bytes), response);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    /** What is served to everybody. */
    String text(String path) {
        try {
            return http.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "http://127.0.0.1:"
                                                            + process.rest().port()
                                                            + path))
                                    .timeout(Duration.ofSeconds(30))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    /** The lines of an answer that comes in lines. */
    List<JsonNode> lines(String path, String type, String body) {
        return lines("demo", path, type, body);
    }

    List<JsonNode> lines(String token, String path, String type, String body) {
        return lines(token, path, type, HttpRequest.BodyPublishers.ofString(body));
    }

    List<JsonNode> lines(String token, String path, String type, HttpRequest.BodyPublisher body) {
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + process.rest().port() + path))
                        .timeout(Duration.ofSeconds(60))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", type)
                        .POST(body)
                        .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .map(line -> Json.read(line, JsonNode.class))
                    .toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    Reply post(String path, String body) {
        return call("demo", "POST", path, body);
    }

    Reply get(String path) {
        return call("demo", "GET", path, "");
    }

    /** All records of a topic so far, in order. */
    List<ConsumerRecord<byte[], byte[]>> records(Topic topic) {
        reader.poll(Duration.ofMillis(50)).forEach(seen::add);
        return seen.stream()
                .filter(record -> record.topic().equals(kafka.prefix().of(topic)))
                .toList();
    }

    /** What a gateway says of a vehicle. */
    void event(Vin vin, String type, Instant at, Map<String, ?> data) {
        lastEvent =
                new ProducerRecord<>(
                        kafka.prefix().of(Topic.VEHICLE_EVENTS),
                        vin.value().getBytes(StandardCharsets.US_ASCII),
                        Json.bytes(data));
        Map.of(
                        Headers.EVENT_ID, UUID.randomUUID().toString(),
                        Headers.EVENT_TYPE, type,
                        Headers.EVENT_TIME, at.toString())
                .forEach((name, value) ->
                        lastEvent.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        repeatLastEvent();
    }

    /** As a gateway that does not know whether it was stored. */
    void repeatLastEvent() {
        try {
            writer.send(lastEvent).get(10, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Straight to the database. */
    void sql(String statement) {
        try (Connection connection =
                        DriverManager.getConnection(
                                database.jdbcUrl(), database.user(), database.password());
                Statement run = connection.createStatement()) {
            run.execute("SET search_path = registry");
            run.execute(statement);
        } catch (SQLException refused) {
            throw new IllegalStateException(refused);
        }
    }

    static String keyOf(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.key(), StandardCharsets.UTF_8);
    }

    /** The rules so far under a key, their signatures checked as a gateway checks them. */
    List<AccessRule> rules(String key) {
        PublicKey pinned = PublicKeys.fromPem(folder.resolve("access.pem.pub"));
        return records(Topic.REGISTRY_ACCESS).stream()
                .filter(record -> keyOf(record).equals(key))
                .map(record -> {
                    Jws.Verdict verdict =
                            Jws.verify(
                                    new String(record.value(), StandardCharsets.US_ASCII),
                                    AccessRule.TYP,
                                    kid -> kid.equals("registry") ? pinned : null);
                    if (verdict instanceof Jws.Verdict.Valid valid) {
                        return Json.read(valid.payload(), AccessRule.class);
                    }
                    throw new AssertionError(key + ": " + verdict);
                })
                .toList();
    }

    private static Authenticator authenticator() {
        return token -> {
            if (token.equals("expired")) {
                throw new ProblemException(ErrorCode.TOKEN_EXPIRED, "it expired");
            }
            if (token.startsWith("~")) {
                return new Caller(
                        token.substring(1),
                        "an-app",
                        DEMO,
                        Set.of(Scope.REGISTRY_READ.text(), Scope.TELEMETRY_READ.text()),
                        null,
                        null,
                        _ -> false,
                        true);
            }
            String[] parts = token.split("/", -1);
            Set<String> scopes =
                    parts.length > 1 && !parts[1].isEmpty()
                            ? Set.of(parts[1])
                            : Arrays.stream(Scope.values())
                                    .map(Scope::text)
                                    .collect(Collectors.toSet());
            Set<Vin> vins =
                    parts.length < 3
                            ? null
                            : parts[2].isEmpty() ? Set.of() : Set.of(Vin.of(parts[2]));
            Set<String> fleets = parts.length > 3 ? Set.of(parts[3]) : null;
            return new Caller(
                    "tester", null, TenantId.of(parts[0]), scopes, vins, fleets, _ -> false, false);
        };
    }
}
