package dev.driveline.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.driveline.allinone.AllInOne;
import dev.driveline.allinone.AllInOneConfig;
import dev.driveline.allinone.tour.Guide;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.jws.PrivateKeys;
import dev.driveline.simulator.Pem;
import dev.driveline.testkit.Eventually;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the README shows: the sixth vehicle in the hands of an ordinary MQTT client, and the tour.
 */
class OwnMqttClientIT {

    @TempDir static Path folder;
    private static AllInOne platform;

    @BeforeAll
    static void start() throws Exception {
        platform = AllInOne.start(AllInOneConfig.onFreePorts(folder.resolve("data")), step -> {});
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @Test
    void publishesToItsOwnTopicIsRefusedOnAnothersAndReceivesACommand() throws Exception {
        Vin vin = platform.reservedVin();
        Path own = platform.config().dev().resolve("vehicles").resolve(vin.value());
        Mqtt5BlockingClient client =
                MqttClient.builder()
                        .useMqttVersion5()
                        .identifier(vin.value())
                        .serverHost("localhost")
                        .serverPort(platform.gatewayPort())
                        .sslConfig(
                                MqttClientSslConfig.builder()
                                        .keyManagerFactory(
                                                Pem.keyManagers(
                                                        PrivateKeys.fromPem(
                                                                own.resolve("tbox.key")),
                                                        Pem.certificates(own.resolve("tbox.crt"))))
                                        .trustManagerFactory(
                                                Pem.trustManagers(
                                                        Pem.certificates(
                                                                platform.config()
                                                                        .dev()
                                                                        .resolve("ca.crt"))))
                                        .build())
                        .buildBlocking();
        client.connect();
        publish(client, "v1/" + vin + "/up/events");
        assertThrows(
                Mqtt5PubAckException.class,
                () -> publish(client, "v1/WDRVP0000NA000001/up/events"));
        try (Mqtt5BlockingClient.Mqtt5Publishes publishes =
                client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith()
                    .topicFilter("v1/" + vin + "/down/commands")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            Desk desk = Desk.of(platform);
            String id =
                    desk.post("/api/v1/vehicles/" + vin + "/commands", "{\"type\":\"horn.honk\"}")
                            .path("id")
                            .asText();
            Mqtt5Publish command = publishes.receive(20, TimeUnit.SECONDS).orElseThrow();
            assertEquals(
                    3,
                    new String(command.getPayloadAsBytes(), StandardCharsets.US_ASCII)
                            .split("\\.")
                            .length,
                    "a compact JWS");
            Eventually.within(Duration.ofSeconds(10))
                    .that(
                            "the platform knows that it was delivered",
                            () ->
                                    desk.get("/api/v1/commands/" + id)
                                            .path("state")
                                            .asText()
                                            .equals("DELIVERED"));
        }
        client.disconnect();
    }

    @Test
    void theTourHolds() throws Exception {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);
                Guide guide =
                        new Guide(
                                new Guide.Where(
                                        platform.api(),
                                        platform.est(),
                                        "localhost",
                                        platform.gatewayPort(),
                                        platform.config().dev()),
                                out)) {
            guide.take();
        } catch (Guide.CheckFailed failed) {
            throw new AssertionError(shown.toString(StandardCharsets.UTF_8), failed);
        }
    }

    private static void publish(Mqtt5BlockingClient client, String topic) {
        String event =
                "{\"v\":1,\"id\":\"0189dd2e-0000-7000-8000-000000000009\",\"type\":\"test\"}";
        client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(event.getBytes(StandardCharsets.UTF_8))
                .send();
    }
}
