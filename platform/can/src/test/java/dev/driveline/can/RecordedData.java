package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** The folder of recorded drives. No folder skips the test; a missing file in it fails. */
final class RecordedData {
    private static final ObjectReader JSON = new ObjectMapper().reader();

    private RecordedData() {}

    static Path file(String path) {
        Path root = folder();
        assumeTrue(
                Files.isDirectory(root),
                () -> "no recorded data in %s: this test is skipped".formatted(root));
        Path file = root.resolve(path);
        if (!Files.exists(file)) {
            fail("recorded data lies in %s but %s is not there".formatted(root, path));
        }
        return file;
    }

    private static Path folder() {
        String named = System.getenv("DRIVELINE_TEST_DATA");
        return named != null && !named.isBlank()
                ? Path.of(named)
                : Path.of(System.getProperty("driveline.root", "."), "..", "shared", "data");
    }

    static byte[] bytes(String path) throws IOException {
        return Files.readAllBytes(file(path));
    }

    static List<Path> files(String folder) throws IOException {
        try (Stream<Path> files = Files.list(file(folder))) {
            return files.sorted().toList();
        }
    }

    static JsonNode json(String path) throws IOException {
        return parse(Files.readString(file(path)));
    }

    static JsonNode parse(String text) throws IOException {
        return JSON.readTree(text);
    }

    static BufferedReader gzipLines(String path) throws IOException {
        return new BufferedReader(
                new InputStreamReader(
                        new GZIPInputStream(Files.newInputStream(file(path)), 1 << 16),
                        StandardCharsets.UTF_8));
    }

    /** Leaves the number of compared lines for {@code make test} to sum. */
    static void reportGolden(String name, long lines) throws IOException {
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target", "golden-" + name + ".txt"), "golden: " + lines + "\n");
        System.out.printf("%s: %,d golden lines compared, all equal%n", name, lines);
    }
}
