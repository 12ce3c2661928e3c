package dev.driveline.bench.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many files a process may open here: every connection is one, on both sides. */
final class FileLimit {

    private FileLimit() {}

    /** The limit of this process, which its children have too. */
    static int files() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
            if (line.startsWith("Max open files")) {
                String soft = line.substring("Max open files".length()).strip().split(" +", -1)[0];
                return soft.equals("unlimited") ? Integer.MAX_VALUE : Integer.parseInt(soft);
            }
        }
        return Integer.MAX_VALUE;
    }

    /**
     * @throws IllegalArgumentException saying both numbers
     */
    static void require(int wanted) throws IOException {
        int limit = files();
        if (wanted > limit) {
            throw new IllegalArgumentException(
                    "a process would need %,d open files, its limit here is %,d (ulimit -n): ask for fewer connections"
                            .formatted(wanted, limit));
        }
    }
}
