package dev.driveline.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * The recorded drives and catalogues, which are no part of the project.
 *
 * <p>They lie in the system property {@code driveline.testData}, else the environment's {@code
 * DRIVELINE_TEST_DATA}, else {@code ../shared/data} beside the root POM. Where there is no such
 * folder a test is skipped and says so; where the folder lacks the file it fails.
 */
public final class TestData {
    private TestData() {}

    /**
     * The path of a file or folder of the test data, as {@code toyota/log.gz}.
     *
     * @throws org.opentest4j.TestAbortedException where there is no test data
     * @throws AssertionError where there is, without this file
     */
    public static Path path(String name) {
        return path(folder(System::getProperty, System.getenv("DRIVELINE_TEST_DATA")), name);
    }

    static Path folder(
            Function<String, @Nullable String> properties, @Nullable String environment) {
        String property = properties.apply("driveline.testData");
        if (property != null && !property.isBlank()) {
            return Path.of(property);
        }
        if (environment != null && !environment.isBlank()) {
            return Path.of(environment);
        }
        String root = properties.apply("driveline.root");
        Path project = root == null ? findRoot(Path.of("").toAbsolutePath()) : Path.of(root);
        return project.resolveSibling("shared").resolve("data");
    }

    static Path path(Path folder, String name) {
        Assumptions.assumeTrue(
                Files.isDirectory(folder),
                () ->
                        "skipped: no recorded drives in %s; set DRIVELINE_TEST_DATA to their folder"
                                .formatted(folder));
        Path path = folder.resolve(name);
        if (!Files.exists(path)) {
            Assertions.fail("the test data in %s has no %s".formatted(folder, name));
        }
        return path;
    }

    /** An editor runs a test without our POM's properties: the topmost folder with a POM is it. */
    private static Path findRoot(Path start) {
        Path root = start;
        for (Path at = start; at != null && Files.exists(at.resolve("pom.xml")); ) {
            root = at;
            Path parent = at.getParent();
            at =
                    parent != null && !Files.exists(parent.resolve("pom.xml"))
                            ? parent.getParent()
                            : parent;
        }
        return root;
    }
}
