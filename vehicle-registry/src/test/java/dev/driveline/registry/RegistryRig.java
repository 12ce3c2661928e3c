package dev.driveline.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.registry.est.EstConfig;
import dev.driveline.registry.vehicle.CheckDigitPolicy;
import dev.driveline.registry.x509.AuthorityConfig;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.auth.Authenticator;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.jws.PublicKeys;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.rest.ProblemException;
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
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * One registry with a database, topics and key files of its own, and callers of it.
 *
 * <p>A token is {@code <tenant>} for all scopes, {@code <tenant>/<scope>} for one, {@code
 * <tenant>//<vin>} for one vehicle, {@code <tenant>///<fleet>} for one fleet; {@code expired} has
 * expired.
 */
final class RegistryRig implements AutoCloseable {

    static final TenantId DEMO = TenantId.of("demo");
    private static final int PARTITIONS = 3;

    final TestCa servers = TestCa.create();
    final TestCa births = TestCa.create();
    private final Path folder;
    private final KafkaConfig kafka;
    private final DatabaseConfig database;
    private final KafkaConsumer<byte[], byte[]> reader;
    private final List<ConsumerRecord<byte[], byte[]>> seen = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private ServiceProcess process;
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

    RegistryRig(Path folder) throws IOException {
        this.folder = folder;
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
                                Topic.REGISTRY_CATALOGUES,
                                Topic.REGISTRY_ACCESS,
                                Topic.REGISTRY_ERASURES)
                        .flatMap(topic -> reader.partitionsFor(kafka.prefix().of(topic)).stream())
                        .map(of -> new TopicPartition(of.topic(), of.partition()))
                        .toList());
        reader.seekToBeginning(reader.assignment());
    }

    /** Starts the registry, in whatever state its database is. */
    void start(int epoch) {
        process =
                ServiceProcess.start(
                        ServiceProcess.ProcessConfig.onFreePorts(),
                        authenticator(),
                        Clock.systemUTC());
        service =
                RegistryService.start(
                        new RegistryConfig(
                                kafka,
                                database,
                                new AuthorityConfig(
                                        folder.resolve("issuing.p12"),
                                        "testing",
                                        DEMO,
                                        true,
                                        Duration.ofDays(90)),
                                new EstConfig(
                                        "127.0.0.1",
                                        0,
                                        folder.resolve("est.crt.pem"),
                                        folder.resolve("est.key.pem"),
                                        folder.resolve("births.pem"),
                                        Duration.ofSeconds(7),
                                        16,
                                        1_000),
                                folder.resolve("access.pem"),
                                "registry",
                                CheckDigitPolicy.of(
                                        CheckDigitPolicy.Mode.WARN,
                                        CheckDigitPolicy.Mode.ENFORCE,
                                        CheckDigitPolicy.Mode.OFF),
                                Duration.ofHours(1),
                                epoch),
                        process);
        process.open();
    }

    void stop() {
        process.close();
    }

    @Override
    public void close() {
        stop();
        reader.close();
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
                        .header("Authorization", "Bearer " + token)
                        .method(
                                method,
                                body.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
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

    /** The lines of an answer that comes in lines. */
    List<JsonNode> lines(String path, String type, String body) {
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + process.rest().port() + path))
                        .timeout(Duration.ofSeconds(60))
                        .header("Authorization", "Bearer demo")
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
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
                    "tester", null, TenantId.of(parts[0]), scopes, vins, fleets, _ -> false);
        };
    }
}
