package dev.driveline.allinone;

import dev.driveline.runtime.settings.Settings;
import java.nio.file.Path;

/**
 * Where the all-in-one keeps its data and listens. A port of 0 is any free one.
 *
 * @param data kept across starts
 * @param host the interface of every port; the loopback unless told otherwise
 * @param vehicles how many of the five simulated vehicles drive
 */
public record AllInOneConfig(
        Path data,
        String host,
        int httpPort,
        int mqttPort,
        int webSocketPort,
        int estPort,
        int adminPort,
        int kafkaPort,
        int postgresPort,
        int vehicles) {

    public static AllInOneConfig from(Settings settings) {
        return new AllInOneConfig(
                settings.path("data", Path.of("data")),
                settings.text("host", "127.0.0.1"),
                settings.port("http.port", 8080),
                settings.port("mqtt.port", 8883),
                settings.port("mqtt.websocket-port", 8884),
                settings.port("est.port", 8443),
                settings.port("admin.port", 9090),
                settings.port("kafka.port", 9092),
                settings.port("postgres.port", 5433),
                settings.integer("vehicles", DevFleet.DRIVING, 0, DevFleet.DRIVING));
    }

    /** Free ports everywhere, nothing driving: for tests. */
    public static AllInOneConfig onFreePorts(Path data) {
        return new AllInOneConfig(data, "127.0.0.1", 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** The same with some vehicles driving. */
    public AllInOneConfig withVehicles(int number) {
        return new AllInOneConfig(
                data,
                host,
                httpPort,
                mqttPort,
                webSocketPort,
                estPort,
                adminPort,
                kafkaPort,
                postgresPort,
                number);
    }

    /** {@code dev} below the data folder: what a developer's tools need. */
    public Path dev() {
        return data.resolve("dev");
    }
}
