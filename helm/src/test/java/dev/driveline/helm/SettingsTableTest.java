package dev.driveline.helm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import dev.driveline.runtime.settings.Settings;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The settings in the code, in docs/operations.md and in the chart's values.yaml are equal. */
class SettingsTableTest {

    private static final String EVERY = "Every service";
    private static final String WITH_TABLES = "Services with tables";

    /** What the chart sets by itself or leaves alone; docs/operations.md says why. */
    private static final Set<String> NOT_IN_VALUES =
            Set.of(
                    "admin.host",
                    "admin.port",
                    "http.host",
                    "http.port",
                    "mqtt.host",
                    "mqtt.port",
                    "mqtt.websocket-port",
                    "mqtt.tls.certificate",
                    "mqtt.tls.key",
                    "mqtt.tls.ticket-keys",
                    "mqtt.proxy-port",
                    "est.host",
                    "est.port",
                    "est.tls.certificate",
                    "est.tls.key",
                    "est.birth-authorities",
                    "kafka.client-properties",
                    "postgres.password",
                    "gateway.slot",
                    "gateway.registry-key",
                    "registry.ca.create",
                    "registry.ca.keystore",
                    "registry.ca.more",
                    "registry.ca.password",
                    "registry.signing-key",
                    "telemetry.state-folder",
                    "command.anchors",
                    "command.keys",
                    "command.keystore",
                    "command.keystore-password",
                    "command.webhook-keys",
                    "command.root");

    /** Key and default of one row. */
    private record Row(String key, String variable, String fallback) {}

    @ParameterizedTest
    @EnumSource(Service.class)
    void theDocumentHasEveryKeyWithItsDefault(Service service) {
        Map<String, List<Row>> tables = tables();
        SortedMap<String, String> written = new TreeMap<>();
        for (String title : titlesOf(service)) {
            tables.get(title).forEach(row -> written.put(row.key(), row.fallback()));
        }
        assertEquals(service.knownSettings(), written);
    }

    @Test
    void theDocumentNamesTheVariables() {
        tables().values().stream()
                .flatMap(List::stream)
                .forEach(row -> assertEquals(Settings.variableOf(row.key()), row.variable()));
    }

    @Test
    void theDocumentHasATableForEveryServiceAndNoOther() {
        Set<String> titles = new TreeSet<>(List.of(EVERY, WITH_TABLES));
        for (Service service : Service.values()) {
            titles.add(service.component());
        }
        assertEquals(titles, new TreeSet<>(tables().keySet()));
    }

    @ParameterizedTest
    @EnumSource(Service.class)
    void theChartsValuesHaveEveryKeyWithItsDefault(Service service) {
        JsonObject values = Chart.file(Chart.FOLDER.resolve("values.yaml"));
        SortedMap<String, String> inChart = new TreeMap<>();
        add(inChart, values.getAsJsonObject("settings"));
        if (service.hasDatabase()) {
            add(inChart, values.getAsJsonObject("databaseSettings"));
        }
        add(inChart, values.getAsJsonObject(service.chartName()).getAsJsonObject("settings"));
        SortedMap<String, String> inCode = new TreeMap<>();
        service.knownSettings()
                .forEach((key, fallback) -> {
                    if (!NOT_IN_VALUES.contains(key)) {
                        inCode.put(key, fallback.startsWith("(") ? "" : plain(fallback));
                    }
                });
        assertEquals(inCode, inChart);
    }

    @Test
    void nothingIsLeftOutOfTheChartThatNoServiceKnows() {
        Set<String> known = new TreeSet<>();
        for (Service service : Service.values()) {
            known.addAll(service.knownSettings().keySet());
        }
        assertEquals(
                Set.of(),
                NOT_IN_VALUES.stream()
                        .filter(key -> !known.contains(key))
                        .collect(Collectors.toSet()));
    }

    private static List<String> titlesOf(Service service) {
        return service.hasDatabase()
                ? List.of(EVERY, WITH_TABLES, service.component())
                : List.of(EVERY, service.component());
    }

    private static void add(Map<String, String> to, JsonObject settings) {
        settings.asMap().forEach((key, value) -> to.put(key, plain(value.getAsString())));
    }

    /** Durations and numbers in one form. */
    private static String plain(String text) {
        if (text.startsWith("PT")) {
            return Duration.parse(text).toString();
        }
        if (text.matches("\\d+[smhd]")) {
            long number = Long.parseLong(text.substring(0, text.length() - 1));
            return switch (text.charAt(text.length() - 1)) {
                case 's' -> Duration.ofSeconds(number).toString();
                case 'm' -> Duration.ofMinutes(number).toString();
                case 'h' -> Duration.ofHours(number).toString();
                default -> Duration.ofDays(number).toString();
            };
        }
        return text.matches("\\d+") ? new BigDecimal(text).toPlainString() : text;
    }

    private static Map<String, List<Row>> tables() {
        Map<String, List<Row>> tables = new LinkedHashMap<>();
        String title = "";
        for (String line : Chart.text(Chart.ROOT.resolve("docs/operations.md")).lines().toList()) {
            if (line.startsWith("### ")) {
                title = line.substring(4).strip();
            } else if (line.startsWith("## ")) {
                title = "";
            } else if (line.startsWith("| `") && !title.isEmpty()) {
                String[] cells = line.split("\\|", -1);
                Row row =
                        new Row(
                                bare(cells[1]),
                                bare(cells[2]),
                                bare(cells[3]).equals("(empty)") ? "" : bare(cells[3]));
                tables.computeIfAbsent(title, any -> new ArrayList<>()).add(row);
            }
        }
        return tables;
    }

    private static String bare(String cell) {
        return cell.strip().replace("`", "");
    }
}
