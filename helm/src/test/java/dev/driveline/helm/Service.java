package dev.driveline.helm;

import dev.driveline.command.CommandConfig;
import dev.driveline.gateway.GatewayConfig;
import dev.driveline.registry.RegistryConfig;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.auth.AuthConfig;
import dev.driveline.runtime.settings.Settings;
import dev.driveline.runtime.settings.SettingsException;
import dev.driveline.telemetry.TelemetryConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** The four services, each with what reads its settings. */
enum Service {
    GATEWAY("gateway", "tbox-gateway", false),
    REGISTRY("registry", "vehicle-registry", true),
    TELEMETRY("telemetry", "telemetry-pipeline", true),
    COMMAND("command", "command-service", true);

    private static final String CLIENT_PROPERTIES = "DRIVELINE_KAFKA_CLIENT_PROPERTIES";

    private final String chartName;
    private final String component;
    private final boolean database;

    Service(String chartName, String component, boolean database) {
        this.chartName = chartName;
        this.component = component;
        this.database = database;
    }

    static Service ofComponent(String component) {
        for (Service service : values()) {
            if (service.component.equals(component)) {
                return service;
            }
        }
        throw new IllegalArgumentException("no service is called '" + component + "'");
    }

    /** In values.yaml. */
    String chartName() {
        return chartName;
    }

    /** Module, image and label. */
    String component() {
        return component;
    }

    boolean hasDatabase() {
        return database;
    }

    /** Every key with its default, as the service's own code knows them. */
    SortedMap<String, String> knownSettings() {
        Settings settings = Settings.of(Map.of());
        read(settings);
        return settings.known();
    }

    /**
     * What the service would say against these variables; empty if it would start.
     *
     * <p>The file of Kafka client properties is not there where tests run; an empty one stands in.
     */
    List<String> problems(Map<String, String> environment) {
        Map<String, String> given = new HashMap<>(environment);
        try {
            Path file = Files.createTempFile("client", ".properties");
            try {
                given.computeIfPresent(CLIENT_PROPERTIES, (name, path) -> file.toString());
                Settings settings = Settings.of(given);
                read(settings);
                settings.finish();
                return List.of();
            } catch (SettingsException wrong) {
                return wrong.problems();
            } finally {
                Files.delete(file);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** In the order of {@code ServiceMain}. */
    private void read(Settings settings) {
        var _ = settings.text("log.level", "INFO");
        var _ = ServiceProcess.ProcessConfig.from(settings);
        var _ = AuthConfig.from(settings);
        var _ =
                switch (this) {
                    case GATEWAY -> GatewayConfig.from(settings);
                    case REGISTRY -> RegistryConfig.from(settings);
                    case TELEMETRY -> TelemetryConfig.from(settings);
                    case COMMAND -> CommandConfig.from(settings);
                };
    }
}
