package dev.driveline.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs PostgreSQL's programs as a user it accepts.
 *
 * <p>PostgreSQL refuses to run as root. A root process runs it in a user namespace of its own,
 * where it has no number and no rights but root's files.
 */
record ServerProgram(Path home, Path output, List<String> prefix) {
    private static final List<String> OWN_NAMESPACE = List.of("unshare", "-U");
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(10);

    /** How a program ended, and what it said on both outputs. */
    record Result(int exit, String output) {}

    /**
     * @param home the unpacked tree
     * @param output file that takes what a program says: a pipe would stay open as long as the
     *     server that the program leaves behind
     */
    static ServerProgram in(Path home, Path output) throws IOException {
        boolean root = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        if (root) {
            requireNamespaces(output);
        }
        return new ServerProgram(home, output, root ? OWN_NAMESPACE : List.of());
    }

    private static void requireNamespaces(Path output) throws IOException {
        String why;
        try {
            Result probe = run(List.of("unshare", "-U", "id", "-u"), output, PROBE_LIMIT);
            if (probe.exit() == 0 && !probe.output().equals("0")) {
                return;
            }
            why = probe.output();
        } catch (IOException e) {
            why = e.getMessage();
        }
        throw new IOException(
                "PostgreSQL refuses to run as root, and a user namespace cannot be made here (unshare -U: "
                        + why
                        + "); start this process as another user");
    }

    /** Runs one program of {@code bin} to its end. */
    Result run(Duration limit, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(home.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        return run(command, output, limit);
    }

    private static Result run(List<String> command, Path output, Duration limit)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        // The caller's locale and PGDATA, PGPORT and the like are none of this server's business.
        Map<String, String> environment = builder.environment();
        environment
                .keySet()
                .removeIf(name ->
                        name.startsWith("PG")
                                || name.startsWith("LC_")
                                || name.equals("LANG")
                                || name.equals("LANGUAGE")
                                || name.equals("TZ"));
        environment.put("LC_ALL", "C");
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(
                        "%s did not end within %d s; it said: %s"
                                .formatted(command, limit.toSeconds(), read(output)));
            }
            return new Result(process.exitValue(), read(output));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + command, e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), UTF_8).strip();
    }
}
