package dev.driveline.testkit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestFolderTest {
    @TempDir Path temporary;

    private Path folder(String name) throws Exception {
        Path folder = Files.createDirectory(temporary.resolve(name));
        Files.writeString(folder.resolve("file"), "data");
        return folder;
    }

    @Test
    void sweepsWhatGoneProcessesLeftAndNothingElse() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        Path left = folder("driveline-test-kafka-" + gone.pid() + "-1");
        Path busy = folder("driveline-test-kafka-" + gone.pid() + "-2");
        Path other = folder("driveline-test-postgres-" + gone.pid() + "-1");
        Path living = folder("driveline-test-kafka-" + ProcessHandle.current().pid() + "-1");
        Path foreign = folder("somebody-elses");
        TestFolder.sweep(temporary, "kafka", path -> !path.equals(busy));
        assertFalse(Files.exists(left));
        for (Path kept : new Path[] {busy, other, living, foreign}) {
            assertTrue(Files.exists(kept.resolve("file")), kept::toString);
        }
    }
}
