package dev.driveline.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The style that a machine can check: what is never right is forbidden, what is far outside is
 * printed.
 */
class TidyTest {

    private static final Path ROOT = Path.of(System.getProperty("driveline.root", "../.."));
    private static final int LONG_FILE_LINES = 450;
    private static final Pattern TEXT =
            Pattern.compile("\\.(java|md|yaml|yml|json|xml|sql|proto|tpl|sh)$|/Makefile$");

    private static final Map<String, Pattern> NEVER =
            Map.of(
                    "System.out or System.err", Pattern.compile("System\\.(out|err)\\b"),
                    "printStackTrace", Pattern.compile("\\.printStackTrace\\("),
                    "Thread.sleep", Pattern.compile("Thread\\.sleep\\("),
                    "a left-over mark", Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b"));

    private static final Pattern BAD_NAME =
            Pattern.compile(
                    "(?:class|interface|record|enum) (\\w*(?:Impl|Utils?|Helper|Manager)|Abstract\\w+|Base[A-Z]\\w*)\\b");

    @Test
    void mainCodeHoldsNothingThatIsNeverRight() {
        List<String> found = new ArrayList<>();
        for (Path file :
                sources(path -> path.contains("/src/main/") && !path.contains("/testkit/"))) {
            List<String> lines = read(file);
            for (int i = 0; i < lines.size(); i++) {
                for (Map.Entry<String, Pattern> never : NEVER.entrySet()) {
                    if (never.getValue().matcher(lines.get(i)).find()) {
                        found.add(ROOT.relativize(file) + ":" + (i + 1) + " " + never.getKey());
                    }
                }
            }
        }
        assertEquals(List.of(), found);
    }

    @Test
    void onlyMainReadsTheEnvironment() {
        List<String> found =
                sources(path -> path.contains("/src/main/") && !path.contains("/testkit/")).stream()
                        .filter(file ->
                                read(file).stream()
                                        .anyMatch(line ->
                                                line.contains("getenv(")
                                                        && !line.strip().startsWith("*")))
                        .map(file -> String.valueOf(file.getFileName()))
                        .filter(name -> !name.equals("Main.java") && !name.equals("Tour.java"))
                        .toList();
        assertEquals(List.of(), found);
    }

    @Test
    void typesAreNamedByWhatTheyAre() {
        List<String> found = new ArrayList<>();
        for (Path file : sources(path -> true)) {
            read(file).stream()
                    .filter(line -> BAD_NAME.matcher(line).find() && !line.strip().startsWith("*"))
                    .forEach(line -> found.add(ROOT.relativize(file) + " " + line.strip()));
        }
        assertEquals(List.of(), found);
    }

    @Test
    void everyPackageSaysWhatItIsAndIsNullMarked() {
        List<String> missing =
                sources(path -> path.contains("/src/main/java/")).stream()
                        .map(Path::getParent)
                        .distinct()
                        .filter(folder -> {
                            Path info = folder.resolve("package-info.java");
                            return !Files.exists(info)
                                    || read(info).stream()
                                            .noneMatch(line -> line.equals("@NullMarked"));
                        })
                        .map(folder -> ROOT.relativize(folder).toString())
                        .toList();
        assertEquals(List.of(), missing);
    }

    @Test
    void noFileIsFarTooLong() {
        List<String> found =
                sources(path -> path.contains("/src/main/")).stream()
                        .filter(file -> read(file).size() > LONG_FILE_LINES)
                        .map(file -> ROOT.relativize(file) + " " + read(file).size())
                        .toList();
        assertTrue(found.isEmpty(), "over " + LONG_FILE_LINES + " lines: " + found);
    }

    @Test
    void noMergeWasLeftHalfDone() {
        Pattern mark = Pattern.compile("^(<{7}|>{7}) ");
        List<String> found = new ArrayList<>();
        for (Path file : files(path -> TEXT.matcher(path).find())) {
            read(file).stream()
                    .filter(line -> mark.matcher(line).find())
                    .forEach(line -> found.add(ROOT.relativize(file) + " " + line));
        }
        assertEquals(List.of(), found);
    }

    private static List<Path> sources(Predicate<String> wanted) {
        return files(path -> path.endsWith(".java") && wanted.test(path)).stream()
                .filter(path -> !path.endsWith("TidyTest.java"))
                .toList();
    }

    private static List<Path> files(Predicate<String> wanted) {
        try (Stream<Path> tree = Files.walk(ROOT)) {
            return tree.filter(path -> !path.toString().contains("/target/"))
                    .filter(path -> !path.toString().contains("/.git/"))
                    .filter(Files::isRegularFile)
                    .filter(path -> wanted.test(path.toString()))
                    .toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
