package dev.driveline.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.allinone.AllInOne;
import dev.driveline.allinone.AllInOneConfig;
import dev.driveline.command.root.CommandRoot;
import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.PublicKeys;
import dev.driveline.simulator.Actuators;
import dev.driveline.simulator.TBox;
import dev.driveline.testkit.Eventually;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The keys that sign commands change while a vehicle drives; what an old key signed, and what a
 * gateway makes up, moves nothing, and is seen.
 */
class CommandKeysChangeIT {

    private static final Vin VIN = Vin.of("WDRV0TESTKEYS1001");
    private static final Duration LIMIT = Duration.ofSeconds(40);

    @TempDir static Path folder;
    private static AllInOne platform;
    private static Desk desk;
    private static TBox tbox;
    private static final List<String> EXECUTED = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        platform =
                AllInOne.start(
                        AllInOneConfig.onFreePorts(folder.resolve("data")).withVehicles(0),
                        step -> {});
        desk = Desk.of(platform);
        desk.post("/api/v1/models", "{\"id\":\"keys\",\"name\":\"Keys\"}");
        tbox =
                new TBox(
                        desk.enrolled(VIN, "keys", folder),
                        (type, params) -> {
                            EXECUTED.add(type);
                            return new Actuators.Outcome.Done(Map.of());
                        },
                        Clock.systemUTC());
        tbox.start();
    }

    @AfterAll
    static void stop() {
        tbox.close();
        platform.close();
    }

    @Test
    void keysChangeWithoutAGapAndOldOnesAreRefused() throws Exception {
        assertEquals("command-1", keyOf(locks()));
        Downlink old = lastDownlink();

        Path secret = platform.config().dev().resolve("secret");
        newKey(secret.resolve("command-keys.p12"), "command-2");
        Path publicKey = folder.resolve("command-2.pem");
        Files.writeString(publicKey, publicKeyIn(secret.resolve("command-keys.p12"), "command-2"));
        sign(secret, "command-keys.jws", "keys-2.jws", "--add", "command-2=" + publicKey);
        // The service reads its key store again by itself.
        Eventually.within(LIMIT).that("version 2 is published", () -> published("keys-2.jws"));
        Eventually.within(LIMIT).that("the vehicle has it", () -> has(2));
        assertEquals("command-2", keyOf(locks()));
        Downlink good = lastDownlink();

        sign(secret, "keys-2.jws", "keys-3.jws", "--drop", "command-1");
        Eventually.within(LIMIT).that("version 3 is published", () -> published("keys-3.jws"));
        Eventually.within(LIMIT).that("the vehicle has it", () -> has(3));
        int before = EXECUTED.size();
        send(old);
        Eventually.within(LIMIT)
                .that("the old key's command is seen", () -> refusals().contains("KEY_UNKNOWN"));

        String[] parts = good.payload().split("\\.", -1);
        send(withPayload(good, parts[0] + "." + parts[1] + "." + "A".repeat(parts[2].length())));
        Eventually.within(LIMIT)
                .that("a forged one is seen", () -> refusals().contains("SIGNATURE_INVALID"));
        send(withPayload(good, "unlock, please"));
        Eventually.within(LIMIT).that("nonsense is seen", () -> refusals().contains("MALFORMED"));
        assertEquals(before, EXECUTED.size(), "nothing of it was executed");
        assertEquals("command-2", keyOf(locks()), "and the right ones still are");
    }

    /** Accepted, executed: its id. */
    private static String locks() throws Exception {
        int before = EXECUTED.size();
        String id =
                desk.post("/api/v1/vehicles/" + VIN + "/commands", "{\"type\":\"doors.lock\"}")
                        .path("id")
                        .asText();
        Eventually.within(LIMIT)
                .that(
                        "the doors are locked",
                        () ->
                                desk.get("/api/v1/commands/" + id)
                                        .path("state")
                                        .asText()
                                        .equals("SUCCEEDED"));
        assertEquals(before + 1, EXECUTED.size());
        return id;
    }

    private static String keyOf(String command) {
        return desk.get("/api/v1/audit/commands/" + command)
                .path("items")
                .path(0)
                .path("keyId")
                .asText();
    }

    private static boolean published(String file) throws Exception {
        String signed = Files.readString(folder.resolve(file)).strip();
        return desk.http()
                        .put(
                                "/api/v1/signed-by-root/command.keys",
                                Json.text(Map.of("document", signed)))
                        .status()
                == 200;
    }

    private static boolean has(long version) {
        JsonNode said =
                desk.get("/api/v1/vehicles/" + VIN + "/signed-by-root").path("items").path(0);
        return said.path("version").asLong() == version
                && said.path("state").asText().equals("APPLIED");
    }

    private static List<String> refusals() {
        List<String> codes = new ArrayList<>();
        for (JsonNode event :
                desk.all(
                        "/api/v1/vehicles/"
                                + VIN
                                + "/timeline?type="
                                + EventTypes.SIGNED_REFUSED)) {
            codes.add(event.path("data").path("code").asText());
        }
        return codes;
    }

    private static void sign(Path secret, String previous, String next, String... more)
            throws Exception {
        Path password = Files.writeString(folder.resolve("password"), "development\n");
        Path before = secret.resolve(previous);
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "sign-keys",
                                "--root",
                                secret.resolve("command-root.p12").toString(),
                                "--password-file",
                                password.toString(),
                                "--previous",
                                (Files.exists(before) ? before : folder.resolve(previous))
                                        .toString(),
                                "--out",
                                folder.resolve(next).toString()));
        arguments.addAll(List.of(more));
        assertEquals(0, CommandRoot.execute(arguments.toArray(String[]::new)));
    }

    private static void newKey(Path store, String alias) throws Exception {
        run(
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + alias,
                "-storepass",
                "development",
                "-keystore",
                store.toString());
    }

    private static String publicKeyIn(Path store, String alias) throws Exception {
        String certificate =
                run(
                        "-exportcert",
                        "-rfc",
                        "-alias",
                        alias,
                        "-storepass",
                        "development",
                        "-keystore",
                        store.toString());
        return PublicKeys.toPem(
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(
                                        certificate.getBytes(StandardCharsets.US_ASCII)))
                        .getPublicKey());
    }

    private static String run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said;
    }

    // What somebody does who has the gateway's part of Kafka.

    private static Downlink lastDownlink() {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", platform.kafkaBootstrap());
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition slot = new TopicPartition(Topic.GATEWAY_DOWNLINK.baseName(), 0);
            consumer.assign(List.of(slot));
            consumer.seekToBeginning(List.of(slot));
            long end = consumer.endOffsets(List.of(slot)).getOrDefault(slot, 0L);
            List<Downlink> commands = new ArrayList<>();
            while (consumer.position(slot) < end) {
                consumer.poll(Duration.ofSeconds(1))
                        .forEach(record -> {
                            Downlink downlink = Json.read(record.value(), Downlink.class);
                            if (downlink.topic() == DownTopic.COMMANDS) {
                                commands.add(downlink);
                            }
                        });
            }
            return commands.getLast();
        }
    }

    /** As it was, under another id, to the vehicle's session of now. */
    private static void send(Downlink downlink) {
        Downlink again = lastDownlink();
        RunId run = again.run();
        SessionId session = again.session();
        Downlink forged =
                new Downlink(
                        VIN,
                        downlink.id(),
                        99,
                        run,
                        session,
                        DownTopic.COMMANDS,
                        Instant.now().plusSeconds(60),
                        downlink.payload());
        Properties properties = new Properties();
        properties.put("bootstrap.servers", platform.kafkaBootstrap());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            var _ =
                    producer.send(
                            new ProducerRecord<>(
                                    Topic.GATEWAY_DOWNLINK.baseName(),
                                    0,
                                    VIN.value().getBytes(StandardCharsets.US_ASCII),
                                    Json.bytes(forged)));
            producer.flush();
        }
    }

    private static Downlink withPayload(Downlink downlink, String payload) {
        return new Downlink(
                downlink.vin(),
                downlink.id(),
                downlink.attempt(),
                downlink.run(),
                downlink.session(),
                downlink.topic(),
                downlink.expiresAt(),
                payload);
    }
}
