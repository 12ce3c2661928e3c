package dev.driveline.runtime.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    private static final Duration FALLBACK = Duration.ofSeconds(1);

    @TempDir Path folder;

    @Test
    void theEnvironmentWinsOverTheFile() throws IOException {
        Settings settings =
                withFile(
                        "http.port=1111\nhttp.host=from-file\n",
                        Map.of("DRIVELINE_HTTP_PORT", "2222"));
        assertEquals(2222, settings.port("http.port", 8080));
        assertEquals("from-file", settings.text("http.host", "0.0.0.0"));
        settings.finish();
    }

    @Test
    void whatIsNotSetHasItsDefault() {
        Settings settings = Settings.of(Map.of("PATH", "/bin", "DRIVELINE_BLANK", " "));
        assertEquals(8080, settings.port("http.port", 8080));
        assertEquals("x", settings.text("blank", "x"));
        assertNull(settings.optional("nothing"));
        assertTrue(settings.flag("flag", true));
        assertEquals(Path.of("d"), settings.path("path", Path.of("d")));
        settings.finish();
        assertEquals("8080", settings.known().get("http.port"));
    }

    @Test
    void dashesAndDotsAreUnderscoresInTheEnvironment() {
        assertEquals("DRIVELINE_MQTT_WEBSOCKET_PORT", Settings.variableOf("mqtt.websocket-port"));
        Settings settings = Settings.of(Map.of("DRIVELINE_MQTT_WEBSOCKET_PORT", " 1 "));
        assertEquals(1, settings.port("mqtt.websocket-port", 2));
        settings.finish();
    }

    @Test
    void allProblemsAreReportedAtOnce() {
        Settings settings =
                Settings.of(
                        Map.of(
                                "DRIVELINE_HTTP_PORT", "65536",
                                "DRIVELINE_FLAG", "yes",
                                "DRIVELINE_HTTP_PROT", "1",
                                "DRIVELINE_TIME", "5 s"));
        settings.port("http.port", 1);
        settings.flag("flag", false);
        settings.duration("time", FALLBACK);
        settings.required("kafka.bootstrap");
        settings.problem("flag", "it does not fit");
        SettingsException wrong = assertThrows(SettingsException.class, settings::finish);
        assertEquals(
                List.of(
                        "http.port (DRIVELINE_HTTP_PORT) is '65536', expected an integer from 0 to 65535",
                        "flag (DRIVELINE_FLAG) is 'yes', expected true or false",
                        "time (DRIVELINE_TIME) is '5 s', expected a duration such as 250ms, 5s, 10m, 2h or 7d",
                        "kafka.bootstrap (DRIVELINE_KAFKA_BOOTSTRAP) is required",
                        "flag (DRIVELINE_FLAG): it does not fit",
                        "DRIVELINE_HTTP_PROT is no known setting, did you mean DRIVELINE_HTTP_PORT?"),
                wrong.problems());
        wrong.problems().forEach(problem -> assertTrue(wrong.getMessage().contains(problem)));
    }

    @Test
    void anUnknownKeyOfTheFileIsAProblemToo() throws IOException {
        Settings settings = withFile("kafka.bootstrp=x\nsomething.else.altogether=1\n", Map.of());
        settings.text("kafka.bootstrap", "");
        SettingsException wrong = assertThrows(SettingsException.class, settings::finish);
        assertEquals(
                List.of(
                        "kafka.bootstrp is no known setting, did you mean kafka.bootstrap?",
                        "something.else.altogether is no known setting"),
                wrong.problems());
    }

    @Test
    void anUnreadableFileIsAProblem() {
        Settings settings =
                Settings.of(Map.of("DRIVELINE_CONFIG", folder.resolve("none").toString()));
        SettingsException wrong = assertThrows(SettingsException.class, settings::finish);
        assertTrue(wrong.getMessage().contains("DRIVELINE_CONFIG: cannot read"));
    }

    @ParameterizedTest
    @CsvSource({"250ms,PT0.25S", "5s,PT5S", "10m,PT10M", "2h,PT2H", "7d,PT168H", "PT3S,PT3S"})
    void durations(String text, Duration expected) {
        Settings settings = Settings.of(Map.of("DRIVELINE_TIME", text));
        assertEquals(expected, settings.duration("time", FALLBACK));
        settings.finish();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5",
                "s",
                "5 s",
                "-",
                "PT",
                "1.5h",
                "5weeks",
                "99999999999999999999s",
                "9999999999999999d",
                "-5s",
                "PT-5S"
            })
    void wrongDurations(String text) {
        Settings settings = Settings.of(Map.of("DRIVELINE_TIME", text));
        assertEquals(FALLBACK, settings.duration("time", FALLBACK));
        assertThrows(SettingsException.class, settings::finish);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "11", "x", "1.0", "99999999999"})
    void integersOutsideTheirRange(String text) {
        Settings settings = Settings.of(Map.of("DRIVELINE_SIZE", text));
        assertEquals(5, settings.integer("size", 5, 1, 10));
        assertThrows(SettingsException.class, settings::finish);
    }

    private Settings withFile(String text, Map<String, String> environment) throws IOException {
        Path file = Files.writeString(folder.resolve("settings.properties"), text);
        Map<String, String> all = new java.util.HashMap<>(environment);
        all.put("DRIVELINE_CONFIG", file.toString());
        return Settings.of(all);
    }
}
