package dev.driveline.helm;

import static dev.driveline.helm.Chart.at;
import static dev.driveline.helm.Chart.textAt;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.driveline.command.trust.KeyRing;
import dev.driveline.command.trust.SignedByRoot;
import dev.driveline.command.webhook.WebhookKeys;
import dev.driveline.contract.trust.CommandKeys;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.jws.KeyStores;
import dev.driveline.runtime.jws.PublicKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The compose file, read as YAML, and the keys that its script makes. */
class ComposeTest {

    private static final Path FOLDER = Chart.ROOT.resolve("deploy", "compose");
    private static final String MOUNTED = "/run/secrets/";
    private static final Map<String, String> SAID_BY_THE_OPERATOR =
            Map.of(
                    "DRIVELINE_AUTH_ISSUER", "https://login.example.org",
                    "DRIVELINE_AUTH_JWKS_URI", "https://login.example.org/keys");

    private final JsonObject compose = Chart.file(FOLDER.resolve("compose.yaml"));

    @ParameterizedTest
    @EnumSource(Service.class)
    void everyServiceTakesItsVariables(Service service, @TempDir Path folder) throws Exception {
        Path secrets = secretsMadeIn(folder);
        Map<String, String> environment = new HashMap<>();
        at(compose, "services", service.component(), "environment")
                .getAsJsonObject()
                .asMap()
                .forEach((name, value) ->
                        environment.put(
                                name,
                                resolved(name, value.getAsString())
                                        .replace(MOUNTED, secrets + "/")));
        assertEquals(List.of(), service.problems(environment));
    }

    @ParameterizedTest
    @EnumSource(Service.class)
    void everyMountedFileIsASecretThatTheScriptMakes(Service service, @TempDir Path folder)
            throws Exception {
        Path secrets = secretsMadeIn(folder);
        JsonObject own = at(compose, "services", service.component()).getAsJsonObject();
        List<String> granted =
                own.getAsJsonArray("secrets").asList().stream()
                        .map(JsonElement::getAsString)
                        .toList();
        for (String secret : granted) {
            String file = textAt(compose, "secrets", secret, "file");
            assertEquals("secrets/" + secret, file);
            assertTrue(Files.size(secrets.resolve(secret)) > 0, secret);
        }
        own.getAsJsonObject("environment").asMap().values().stream()
                .map(JsonElement::getAsString)
                .filter(value -> value.startsWith(MOUNTED))
                .forEach(value ->
                        assertTrue(granted.contains(value.substring(MOUNTED.length())), value));
    }

    @ParameterizedTest
    @EnumSource(Service.class)
    void everyServiceIsBuiltConfinedAndProbed(Service service) {
        JsonElement own = at(compose, "services", service.component());
        assertEquals(service.component(), textAt(own, "build", "args", "SERVICE"));
        Path context = FOLDER.resolve(textAt(own, "build", "context"));
        assertTrue(Files.exists(context.resolve(textAt(own, "build", "dockerfile"))));
        assertEquals("true", textAt(own, "read_only"));
        assertEquals("ALL", textAt(own, "cap_drop", "0"));
        assertTrue(at(own, "healthcheck", "test").toString().contains("/readyz"));
    }

    @Test
    void noSecretStandsInTheFile() throws IOException {
        List<String> found = new ArrayList<>();
        for (String line : Files.readAllLines(FOLDER.resolve("compose.yaml"))) {
            if (line.matches(".*PASSWORD\\w*:.*") && !line.contains(MOUNTED)) {
                found.add(line);
            }
        }
        assertEquals(List.of(), found);
    }

    @Test
    void whatDependsOnSomethingDependsOnAServiceWithAHealthcheck() {
        JsonObject services = compose.getAsJsonObject("services");
        services.asMap()
                .forEach((name, service) -> {
                    if (at(service, "depends_on") instanceof JsonObject needs) {
                        for (String needed : needs.keySet()) {
                            assertFalse(at(services, needed, "healthcheck").isJsonNull(), needed);
                        }
                    }
                });
    }

    /**
     * What openssl signs is what the service takes, and its key store holds the key that is named.
     */
    @Test
    void theCommandRootsWordIsTaken(@TempDir Path folder) throws Exception {
        Path secrets = secretsMadeIn(folder);
        SignedByRoot signed =
                SignedByRoot.open(
                        SignedByRoot.Kind.KEYS,
                        Chart.text(secrets.resolve("command-keys.jws")),
                        PublicKeys.fromPem(secrets.resolve("command-root.pem")));
        List<KeyRing.Held> held =
                KeyStores.read(
                                secrets.resolve("command-keys.p12"),
                                Chart.text(secrets.resolve("command-keys-password")))
                        .stream()
                        .map(entry ->
                                new KeyRing.Held(
                                        entry.signer(), entry.chain().getFirst().getPublicKey()))
                        .toList();
        KeyRing ring = new KeyRing(held, List.of(Json.read(signed.content(), CommandKeys.class)));
        assertEquals(Set.of("command-1"), ring.usable());
    }

    @Test
    void theKeyThatSealsWebhooksSecretsIsTaken(@TempDir Path folder) throws Exception {
        assertTrue(
                WebhookKeys.read(secretsMadeIn(folder).resolve("webhook-keys"), new SecureRandom())
                        .any());
    }

    private static String resolved(String name, String value) {
        if (!value.startsWith("${")) {
            return value;
        }
        int fallback = value.indexOf(":-");
        return fallback < 0
                ? SAID_BY_THE_OPERATOR.getOrDefault(name, "")
                : value.substring(fallback + 2, value.length() - 1);
    }

    /** Runs keys.sh; where there is no openssl the tests that need it are skipped. */
    private static Path secretsMadeIn(Path folder) throws IOException, InterruptedException {
        assumeTrue(hasOpenssl(), "openssl is not installed");
        Path script = Files.copy(FOLDER.resolve("keys.sh"), folder.resolve("keys.sh"));
        Process process =
                new ProcessBuilder("bash", script.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log").toFile())
                        .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "keys.sh takes more than a minute");
        assertEquals(0, process.exitValue(), Chart.text(folder.resolve("log")));
        return folder.resolve("secrets");
    }

    private static boolean hasOpenssl() throws InterruptedException {
        try {
            return new ProcessBuilder("openssl", "version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
