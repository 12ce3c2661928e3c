package dev.driveline.runtime.settings;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Settings out of the environment and a file, read once at start.
 *
 * <p>Key {@code kafka.bootstrap} is {@code DRIVELINE_KAFKA_BOOTSTRAP} in the environment, which
 * wins over the file named by {@code DRIVELINE_CONFIG} (Java properties). Every problem is
 * collected; {@link #finish} throws them together, unknown keys with the nearest known one. A value
 * that is a problem is answered with the default meanwhile. Not thread-safe.
 */
public final class Settings {

    private static final String ENVIRONMENT_PREFIX = "DRIVELINE_";
    private static final String FILE_VARIABLE = "DRIVELINE_CONFIG";

    private final Map<String, String> environment;
    private final Map<String, String> file;
    private final SortedMap<String, String> known = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    private Settings(Map<String, String> environment, Map<String, String> file) {
        this.environment = environment;
        this.file = file;
    }

    /**
     * @param environment usually {@code System.getenv()}, which only a {@code Main} calls
     */
    public static Settings of(Map<String, String> environment) {
        Map<String, String> own = new TreeMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(ENVIRONMENT_PREFIX) && !name.equals(FILE_VARIABLE)) {
                own.put(name, value);
            }
        });
        String path = environment.get(FILE_VARIABLE);
        if (path == null || path.isBlank()) {
            return new Settings(own, Map.of());
        }
        Properties properties = new Properties();
        Settings settings;
        try (Reader reader = Files.newBufferedReader(Path.of(path))) {
            properties.load(reader);
            Map<String, String> entries = new TreeMap<>();
            properties.forEach((key, value) -> entries.put((String) key, (String) value));
            settings = new Settings(own, entries);
        } catch (IOException | IllegalArgumentException unreadable) {
            settings = new Settings(own, Map.of());
            settings.problems.add(
                    FILE_VARIABLE + ": cannot read '" + path + "': " + unreadable.getMessage());
        }
        return settings;
    }

    /** A text that must be there. */
    public String required(String key) {
        String value = find(key, "(required)");
        if (value == null) {
            problems.add(key + " (" + variableOf(key) + ") is required");
            return "";
        }
        return value;
    }

    public String text(String key, String fallback) {
        String value = find(key, fallback);
        return value == null ? fallback : value;
    }

    public @Nullable String optional(String key) {
        return find(key, "(none)");
    }

    /** An integer within {@code min} and {@code max}, both included. */
    public int integer(String key, int fallback, int min, int max) {
        return parsed(
                key,
                fallback,
                text -> {
                    int value = Integer.parseInt(text);
                    if (value < min || value > max) {
                        throw new IllegalArgumentException();
                    }
                    return value;
                },
                "an integer from " + min + " to " + max);
    }

    /** A TCP port; 0 lets the system choose. */
    public int port(String key, int fallback) {
        return integer(key, fallback, 0, 65_535);
    }

    public boolean flag(String key, boolean fallback) {
        return parsed(
                key,
                fallback,
                text ->
                        switch (text.toLowerCase(Locale.ROOT)) {
                            case "true" -> true;
                            case "false" -> false;
                            default -> throw new IllegalArgumentException();
                        },
                "true or false");
    }

    /** A duration: {@code 250ms}, {@code 5s}, {@code 10m}, {@code 2h}, {@code 7d} or ISO 8601. */
    public Duration duration(String key, Duration fallback) {
        return parsed(
                key,
                fallback,
                text -> {
                    Duration value = parseDuration(text);
                    if (value.isNegative()) {
                        throw new IllegalArgumentException();
                    }
                    return value;
                },
                "a duration such as 250ms, 5s, 10m, 2h or 7d");
    }

    public Path path(String key, Path fallback) {
        return parsed(key, fallback, Path::of, "a path");
    }

    /** Adds a problem that only the caller can see, for example two settings that do not fit. */
    public void problem(String key, String sentence) {
        problems.add(key + " (" + variableOf(key) + "): " + sentence);
    }

    /** Every key asked for so far, with its default; for documentation and its test. */
    public SortedMap<String, String> known() {
        return new TreeMap<>(known);
    }

    /**
     * Ends the reading.
     *
     * @throws SettingsException with every problem, unknown keys included
     */
    public void finish() {
        for (String name : environment.keySet()) {
            if (known.keySet().stream().noneMatch(key -> variableOf(key).equals(name))) {
                problems.add(
                        name
                                + " is no known setting"
                                + nearest(
                                        name,
                                        known.keySet().stream()
                                                .map(Settings::variableOf)
                                                .toList()));
            }
        }
        for (String key : file.keySet()) {
            if (!known.containsKey(key)) {
                problems.add(
                        key + " is no known setting" + nearest(key, List.copyOf(known.keySet())));
            }
        }
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
    }

    /** The environment variable of a key. */
    public static String variableOf(String key) {
        return ENVIRONMENT_PREFIX
                + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private @Nullable String find(String key, String fallback) {
        known.put(key, fallback);
        String value = environment.get(variableOf(key));
        if (value == null) {
            value = file.get(key);
        }
        return value == null || value.isBlank() ? null : value.strip();
    }

    private <T> T parsed(String key, T fallback, Function<String, T> parse, String expected) {
        String value = find(key, String.valueOf(fallback));
        if (value == null) {
            return fallback;
        }
        try {
            return parse.apply(value);
        } catch (IllegalArgumentException | DateTimeParseException | ArithmeticException wrong) {
            problems.add(
                    key + " (" + variableOf(key) + ") is '" + value + "', expected " + expected);
            return fallback;
        }
    }

    private static Duration parseDuration(String text) {
        if (text.startsWith("P") || text.startsWith("p")) {
            return Duration.parse(text);
        }
        int unitAt = text.length();
        while (unitAt > 0 && !Character.isDigit(text.charAt(unitAt - 1))) {
            unitAt--;
        }
        long number = Long.parseLong(text.substring(0, unitAt));
        return switch (text.substring(unitAt)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static String nearest(String name, List<String> candidates) {
        String best = null;
        int bestDistance = Math.max(2, name.length() / 4) + 1;
        for (String candidate : candidates) {
            int distance = distance(name, candidate);
            if (distance < bestDistance) {
                bestDistance = distance;
                best = candidate;
            }
        }
        return best == null ? "" : ", did you mean " + best + "?";
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int next = Math.min(Math.min(row[j], row[j - 1]) + 1, diagonal + cost);
                diagonal = row[j];
                row[j] = next;
            }
        }
        return row[b.length()];
    }
}
