package dev.driveline.bench.gateway;

import dev.driveline.bench.server.Child;
import dev.driveline.bench.server.JavaProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records a JVM while a phase runs; one without a process records nothing. */
final class Profiler {

    private static final String WIDTH = "150";

    private final @Nullable Child process;
    private final Path folder;
    private final Map<String, String> views = new LinkedHashMap<>();
    private String running = "";

    private Profiler(@Nullable Child process, Path folder) {
        this.process = process;
        this.folder = folder;
    }

    static Profiler of(Child process, Path folder) {
        return new Profiler(process, folder);
    }

    static Profiler none() {
        return new Profiler(null, Path.of(""));
    }

    void start(String phase) throws IOException, InterruptedException {
        if (process != null) {
            running = phase;
            jcmd("JFR.start", "name=bench", "settings=profile");
        }
    }

    void stop() throws IOException, InterruptedException {
        if (process != null) {
            Path file = folder.resolve(running + ".jfr").toAbsolutePath();
            jcmd("JFR.dump", "name=bench", "filename=" + file);
            jcmd("JFR.stop", "name=bench");
            for (String view : new String[] {"hot-methods", "allocation-by-site"}) {
                views.put(
                        running + ", " + view,
                        JavaProgram.tool("jfr", "view", "--width", WIDTH, view, file.toString()));
            }
        }
    }

    /** What {@code jfr view} says, by phase and view. */
    Map<String, String> views() {
        return views;
    }

    private void jcmd(String... arguments) throws IOException, InterruptedException {
        if (process != null) {
            String[] all = new String[arguments.length + 1];
            all[0] = Long.toString(process.process().pid());
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            JavaProgram.tool("jcmd", all);
        }
    }
}
