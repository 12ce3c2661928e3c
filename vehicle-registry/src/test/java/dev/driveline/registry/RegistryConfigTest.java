package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.Vin;
import dev.driveline.registry.vehicle.CheckDigitPolicy.Mode;
import dev.driveline.runtime.settings.Settings;
import dev.driveline.runtime.settings.SettingsException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RegistryConfigTest {

    private final Map<String, String> environment =
            new HashMap<>(
                    Map.of(
                            "DRIVELINE_KAFKA_BOOTSTRAP", "kafka:9092",
                            "DRIVELINE_POSTGRES_URL", "jdbc:postgresql://db/driveline",
                            "DRIVELINE_POSTGRES_PASSWORD", "hidden-1",
                            "DRIVELINE_REGISTRY_CA_KEYSTORE", "issuing.p12",
                            "DRIVELINE_REGISTRY_CA_PASSWORD", "hidden-2",
                            "DRIVELINE_REGISTRY_CA_TENANT", "demo",
                            "DRIVELINE_REGISTRY_SIGNING_KEY", "access.pem",
                            "DRIVELINE_EST_TLS_CERTIFICATE", "est.crt",
                            "DRIVELINE_EST_TLS_KEY", "est.key"));

    @Test
    void readsWithDefaultsAndHidesSecrets() {
        RegistryConfig config = read();
        assertEquals(8443, config.est().port());
        assertEquals(Mode.WARN, config.checkDigits().modes().get(Vin.Region.CHINA));
        assertEquals(Mode.OFF, config.checkDigits().modes().get(Vin.Region.OTHER));
        assertEquals(0, config.epoch());
        assertFalse(config.toString().contains("hidden"), config.toString());
    }

    @Test
    void saysAllThatIsWrongAtOnce() {
        environment.remove("DRIVELINE_EST_TLS_KEY");
        environment.put("DRIVELINE_REGISTRY_CA_TENANT", "Not A Tenant");
        environment.put("DRIVELINE_REGISTRY_CHECK_DIGIT_CHINA", "perhaps");
        environment.put("DRIVELINE_REGISTRY_EPOCHE", "1");
        SettingsException wrong = assertThrows(SettingsException.class, this::read);
        String problems = String.join("\n", wrong.problems());
        assertTrue(problems.contains("est.tls.key"), problems);
        assertTrue(problems.contains("registry.ca.tenant"), problems);
        assertTrue(problems.contains("expected off, warn or enforce"), problems);
        assertTrue(problems.contains("did you mean DRIVELINE_REGISTRY_EPOCH?"), problems);
    }

    private RegistryConfig read() {
        Settings settings = Settings.of(environment);
        RegistryConfig config = RegistryConfig.from(settings);
        settings.finish();
        return config;
    }
}
