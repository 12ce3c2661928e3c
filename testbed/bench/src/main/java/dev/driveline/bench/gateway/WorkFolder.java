package dev.driveline.bench.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The folder of one run: logs, Kafka's data, what the generator wrote. */
public final class WorkFolder {

    private WorkFolder() {}

    /** An empty one; what an earlier run left in it is deleted. */
    public static Path fresh(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> tree = Files.walk(folder)) {
                for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        return Files.createDirectories(folder).toAbsolutePath();
    }
}
