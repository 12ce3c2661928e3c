package dev.driveline.bench.command;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.driveline.contract.command.CommandResponse;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.vehicle.ClockSource;
import dev.driveline.runtime.json.Json;
import dev.driveline.simulator.KeyMaker;
import dev.driveline.simulator.Pem;
import dev.driveline.simulator.load.Fleet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Vehicles that say SUCCEEDED to every command as soon as it is on their socket, and check nothing:
 * what is measured is the platform. Thread-safe once connected.
 */
final class ListeningFleet implements AutoCloseable {

    private static final int AT_ONCE = 50;

    private final Arrival arrival;
    private final List<Mqtt5AsyncClient> vehicles = new ArrayList<>();

    /** A command is on a vehicle's socket; on the client's own thread. */
    interface Arrival {
        void at(String id, long ns);
    }

    ListeningFleet(CommandRun run, Path fleetFolder, int count, Arrival arrival)
            throws IOException, GeneralSecurityException {
        this.arrival = arrival;
        KeyMaker authority = KeyMaker.in(fleetFolder, "ca", "Driveline load", Clock.systemUTC());
        for (int number = 0; number < count; number++) {
            KeyPair keys = KeyMaker.newKeys();
            MqttClientSslConfig tls =
                    MqttClientSslConfig.builder()
                            .keyManagerFactory(
                                    Pem.keyManagers(
                                            keys.getPrivate(),
                                            List.of(
                                                    authority.vehicle(
                                                            keys,
                                                            Fleet.TENANT,
                                                            Fleet.vin(number)))))
                            .trustManagerFactory(
                                    Pem.trustManagers(
                                            Pem.certificates(fleetFolder.resolve("ca.crt"))))
                            .build();
            vehicles.add(
                    MqttClient.builder()
                            .useMqttVersion5()
                            .identifier(Fleet.vin(number).value())
                            .serverHost("127.0.0.1")
                            .serverPort(run.gatewayPort())
                            .sslConfig(tls)
                            .buildAsync());
        }
    }

    /** All are connected and listen. */
    void connect() {
        for (int first = 0; first < vehicles.size(); first += AT_ONCE) {
            List<CompletableFuture<?>> coming = new ArrayList<>();
            int end = Math.min(first + AT_ONCE, vehicles.size());
            for (int number = first; number < end; number++) {
                coming.add(listen(vehicles.get(number), Fleet.vin(number)));
            }
            coming.forEach(CompletableFuture::join);
        }
    }

    /** All have said goodbye. */
    void disconnect() {
        vehicles.stream()
                .map(vehicle -> vehicle.disconnect().exceptionally(_ -> null))
                .toList()
                .forEach(CompletableFuture::join);
    }

    private CompletableFuture<?> listen(Mqtt5AsyncClient vehicle, Vin vin) {
        String answers = UpTopic.RESPONSES.of(vin);
        return vehicle.connect()
                .thenCompose(_ ->
                        vehicle.subscribeWith()
                                .topicFilter(DownTopic.COMMANDS.of(vin))
                                .qos(MqttQos.AT_LEAST_ONCE)
                                .callback(command -> answer(vehicle, answers, command))
                                .send());
    }

    private void answer(Mqtt5AsyncClient vehicle, String topic, Mqtt5Publish command) {
        long ns = System.nanoTime();
        String id = idIn(command.getPayloadAsBytes());
        arrival.at(id, ns);
        var _ =
                vehicle.publishWith()
                        .topic(topic)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(
                                Json.bytes(
                                        new CommandResponse(
                                                1,
                                                CommandId.parse(id),
                                                CommandResponse.Step.SUCCEEDED,
                                                null,
                                                Instant.now(),
                                                ClockSource.GNSS,
                                                null,
                                                null)))
                        .send();
    }

    private static String idIn(byte[] envelope) {
        String[] parts = new String(envelope, StandardCharsets.US_ASCII).split("\\.", -1);
        return Json.tree(Base64.getUrlDecoder().decode(parts[1])).path("id").asText();
    }

    @Override
    public void close() {
        disconnect();
    }
}
