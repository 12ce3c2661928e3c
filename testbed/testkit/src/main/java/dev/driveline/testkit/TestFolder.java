package dev.driveline.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data folders of one test JVM in the temporary folder, named by its process number, so that a
 * later test JVM can tell and remove what a killed one left.
 */
final class TestFolder {
    private static final Logger LOG = LoggerFactory.getLogger(TestFolder.class);
    private static final Pattern NAME = Pattern.compile("driveline-test-[a-z]+-(\\d+)-.*");

    private TestFolder() {}

    /** A new empty folder. */
    static Path create(String kind) {
        try {
            return Files.createTempDirectory(
                    "driveline-test-%s-%d-".formatted(kind, ProcessHandle.current().pid()));
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary folder for " + kind, e);
        }
    }

    /**
     * Deletes folders of this kind whose process is gone.
     *
     * @param free stops what still runs on the folder; false leaves it
     */
    static void sweep(Path temporary, String kind, Predicate<Path> free) {
        List<Path> left;
        try (Stream<Path> children = Files.list(temporary)) {
            left = children.filter(path -> isLeft(path, kind)).toList();
        } catch (IOException e) {
            return; // the sweep is a courtesy; the test goes on without it
        }
        for (Path path : left) {
            if (free.test(path)) {
                delete(path);
            }
        }
    }

    private static boolean isLeft(Path path, String kind) {
        String name = path.getFileName().toString();
        Matcher matcher = NAME.matcher(name);
        return name.startsWith("driveline-test-" + kind + "-")
                && matcher.matches()
                && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()
                && isOurs(path);
    }

    private static boolean isOurs(Path path) {
        try {
            return Files.isDirectory(path)
                    && Files.getOwner(path).getName().equals(System.getProperty("user.name"));
        } catch (IOException e) {
            return false;
        }
    }

    /** Deletes a folder as far as it goes: a server that just stopped can still remove files. */
    static void delete(Path folder) {
        try {
            Files.walkFileTree(folder, new Deletion());
        } catch (IOException e) {
            LOG.atWarn().setCause(e).addKeyValue("folder", folder).log("test folder not deleted");
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
                throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
