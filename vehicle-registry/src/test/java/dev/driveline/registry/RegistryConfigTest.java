package dev.driveline.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.vehicle.CheckDigitPolicy.Mode;
import dev.driveline.registry.x509.AuthorityConfig;
import dev.driveline.registry.x509.Profile;
import dev.driveline.registry.x509.Profile.KeyType;
import dev.driveline.runtime.settings.Settings;
import dev.driveline.runtime.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void saysWhichKeysAndAddressesItTakes() {
        environment.put("DRIVELINE_REGISTRY_CERTIFICATE_KEYS", "P-256, Ed25519");
        environment.put("DRIVELINE_REGISTRY_PUBLIC_URL", "https://pki.example.org");
        SettingsException wrong = assertThrows(SettingsException.class, this::read);
        String problems = String.join("\n", wrong.problems());
        assertTrue(problems.contains("'Ed25519', expected of P-256,P-384,RSA"), problems);
        assertTrue(problems.contains("expected http://host"), problems);
        environment.put("DRIVELINE_REGISTRY_CERTIFICATE_KEYS", "P-384,RSA");
        environment.put("DRIVELINE_REGISTRY_PUBLIC_URL", "http://pki.example.org/x/");
        Profile profile = read().authority().profile();
        assertEquals(Set.of(KeyType.P_384, KeyType.RSA), profile.keyTypes());
        assertEquals("http://pki.example.org/x", profile.publicUrl());
    }

    @Test
    void readsFurtherAuthorities(@TempDir Path folder) throws IOException {
        Path more = folder.resolve("more.properties");
        environment.put("DRIVELINE_REGISTRY_CA_MORE", more.toString());
        Files.writeString(more, "b.keystore=b.pkcs11\nb.password=hidden-3\nb.tenant=acme\n");
        List<AuthorityConfig.Key> keys = read().authority().keys();
        assertEquals(2, keys.size());
        assertEquals(
                new AuthorityConfig.Key(Path.of("b.pkcs11"), "hidden-3", TenantId.of("acme")),
                keys.getLast());
        assertFalse(keys.toString().contains("hidden"), keys.toString());
        for (String wrong :
                List.of(
                        "b.keystore=x",
                        "b.keystorre=x",
                        "b.keystore=x\nb.password=y\nb.tenant=A")) {
            Files.writeString(more, wrong);
            String said =
                    String.valueOf(
                            assertThrows(
                                            IllegalStateException.class,
                                            () -> read().authority().keys())
                                    .getMessage());
            assertTrue(said.contains("registry.ca.more"), said);
        }
    }

    private RegistryConfig read() {
        Settings settings = Settings.of(environment);
        RegistryConfig config = RegistryConfig.from(settings);
        settings.finish();
        return config;
    }
}
