package dev.driveline.bench.gateway;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** What a measurement came to: printed, and written to a file with how it came about. */
public final class Report {

    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private final PrintStream progress =
            new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    private final StringBuilder text = new StringBuilder();
    private final long startNs = System.nanoTime();

    public Report(String title) throws IOException, InterruptedException {
        add("# " + title + "\n");
        add(
                "`"
                        + System.getProperty("driveline.command", "")
                        + "`, commit "
                        + commit()
                        + ", "
                        + LocalDate.now(ZoneOffset.UTC)
                        + ", "
                        + Runtime.getRuntime().availableProcessors()
                        + " cores, JDK "
                        + Runtime.version().feature()
                        + ".\n");
    }

    /** A line for whoever waits. */
    public void say(String line) {
        progress.printf("%4d s  %s%n", (System.nanoTime() - startNs) / 1_000_000_000, line);
    }

    public void add(String part) {
        text.append(part).append('\n');
    }

    public void finish(@Nullable Path file) throws IOException {
        out.println(text);
        if (file != null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text.toString().stripTrailing() + "\n");
        }
    }

    private static String commit() throws IOException, InterruptedException {
        Process git =
                new ProcessBuilder("git", "describe", "--always", "--dirty")
                        .redirectErrorStream(true)
                        .start();
        String said =
                new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return git.waitFor() == 0 ? said : "unknown";
    }
}
