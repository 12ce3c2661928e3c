package dev.driveline.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A main class in a JVM of its own, to be killed; it speaks by lines that begin with "say ". */
final class ChildJvm implements AutoCloseable {
    private static final String MARK = "say ";

    private final Process process;
    private final BufferedReader output;
    private final List<String> heard = new ArrayList<>();

    private ChildJvm(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }

    static ChildJvm start(Class<?> main, Consumer<ProcessBuilder> change, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("-Xmx512m");
        command.add("-cp");
        command.add(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        change.accept(builder);
        return new ChildJvm(builder.start());
    }

    static ChildJvm start(Class<?> main, String... arguments) throws IOException {
        return start(main, builder -> {}, arguments);
    }

    /** Called in the child. */
    static void say(String text) {
        System.out.println(MARK + text);
        System.out.flush();
    }

    /** The rest of the child's next line. */
    String hear() throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(MARK)) {
                return line.substring(MARK.length());
            }
            heard.add(line);
        }
        throw new IOException("the child ended; it said: " + String.join("\n", heard));
    }

    /** Ends it as the kernel would: no hook runs. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
