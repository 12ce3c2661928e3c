package dev.driveline.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class TestDataTest {
    @TempDir Path folder;

    @Test
    void propertyBeforeEnvironmentBeforeThePlaceBesideTheProject() {
        Map<String, String> properties =
                Map.of("driveline.testData", "/property", "driveline.root", "/home/me/project");
        assertEquals(Path.of("/property"), TestData.folder(properties::get, "/environment"));
        Map<String, String> root = Map.of("driveline.root", "/home/me/project");
        assertEquals(Path.of("/environment"), TestData.folder(root::get, "/environment"));
        assertEquals(Path.of("/home/me/shared/data"), TestData.folder(root::get, null));
    }

    @Test
    void findsTheProjectWithoutOurProperties() {
        assertEquals(
                TestData.folder(System::getProperty, null),
                TestData.folder(Map.<String, String>of()::get, null));
    }

    @Test
    void missingFolderSkipsAndSaysSo() {
        TestAbortedException e =
                assertThrows(
                        TestAbortedException.class,
                        () -> TestData.path(folder.resolve("none"), "toyota/log.gz"));
        assertTrue(e.getMessage().contains("skipped: no recorded drives in " + folder));
    }

    @Test
    void missingFileFails() throws Exception {
        Files.createFile(folder.resolve("there"));
        assertEquals(folder.resolve("there"), TestData.path(folder, "there"));
        assertThrows(AssertionFailedError.class, () -> TestData.path(folder, "toyota/log.gz"));
    }
}
