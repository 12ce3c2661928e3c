package dev.driveline.bench.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Java program to be run in a process of its own.
 *
 * @param home of the JDK
 * @param flags of the JVM
 */
public record JavaProgram(Path home, List<String> flags, String classPath, String main) {

    /** What every process of the platform runs with. */
    public static final List<String> PLATFORM_FLAGS =
            List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-XX:+UseCompactObjectHeaders",
                    "-XX:TrimNativeHeapInterval=10000",
                    "-XX:+UseParallelGC");

    private static final long TOOL_LIMIT_S = 60;

    /** A program of this class path, on this JDK, with a heap of a fixed size. */
    public static JavaProgram own(Class<?> main, int heapMb) {
        List<String> flags = new ArrayList<>(PLATFORM_FLAGS);
        flags.addAll(heap(heapMb));
        return new JavaProgram(
                Path.of(System.getProperty("java.home")),
                List.copyOf(flags),
                System.getProperty("java.class.path"),
                main.getName());
    }

    /** All of it resident from the start, so that a growth of RSS is memory outside the heap. */
    public static List<String> heap(int mb) {
        return List.of("-Xms" + mb + "m", "-Xmx" + mb + "m", "-XX:+AlwaysPreTouch");
    }

    public List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin/java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, main));
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * What one of this JDK's tools prints, for example jcmd.
     *
     * @throws IOException if it fails or does not end
     */
    public static String tool(String tool, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(TOOL_LIMIT_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + " said: " + said);
        }
        return said;
    }
}
