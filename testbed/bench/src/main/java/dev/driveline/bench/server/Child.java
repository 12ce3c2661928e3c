package dev.driveline.bench.server;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that was started here, and what the kernel says about it. Its output is a file.
 * Thread-safe.
 */
public final class Child implements AutoCloseable {

    private static final Pattern HEAP_USED = Pattern.compile("used (\\d+)K");

    private static final long STOP_LIMIT_S = 30;

    /** The kernel's unit of CPU time in /proc (USER_HZ is 100 on every Linux that runs here). */
    private static final long TICK_MS = 10;

    private static final int UTIME = 11;
    private static final int STIME = 12;
    private static final int PAGES = 1;

    private final String name;
    private final Process process;
    private final Path log;

    private Child(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * @param environment added to this process's, whose DRIVELINE_ and JAVA_ variables are left out
     * @param pipe whether the standard output is read here instead of going to the file
     */
    public static Child start(
            String name,
            List<String> command,
            Map<String, String> environment,
            Path log,
            boolean pipe)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> all = builder.environment();
        all.keySet()
                .removeIf(key ->
                        key.startsWith("DRIVELINE_")
                                || key.equals("JDK_JAVA_OPTIONS")
                                || key.equals("JAVA_TOOL_OPTIONS"));
        all.putAll(environment);
        Files.createDirectories(log.toAbsolutePath().getParent());
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        if (!pipe) {
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        }
        return new Child(name, builder.start(), log);
    }

    public String name() {
        return name;
    }

    public Process process() {
        return process;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** CPU time since its start, user and system, of all its threads. */
    public long cpuMs() throws IOException {
        return cpuMs(Path.of("/proc/" + process.pid() + "/stat"));
    }

    /** CPU time of a JVM's compiler threads that are there now; 0 for another program. */
    public long compilingMs() throws IOException {
        long sum = 0;
        try (DirectoryStream<Path> threads =
                Files.newDirectoryStream(Path.of("/proc/" + process.pid() + "/task"))) {
            for (Path thread : threads) {
                if (Files.readString(thread.resolve("comm")).contains("Compiler")) {
                    sum += cpuMs(thread.resolve("stat"));
                }
            }
        } catch (NoSuchFileException ended) {
            return compilingMs();
        }
        return sum;
    }

    private static long cpuMs(Path file) throws IOException {
        String stat = Files.readString(file);
        // The command's name may hold spaces; fields are counted behind its bracket.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) * TICK_MS;
    }

    /** Resident memory, the kernel's exact count. */
    public long rssKb() throws IOException {
        for (String line :
                Files.readAllLines(Path.of("/proc/" + process.pid() + "/smaps_rollup"))) {
            if (line.startsWith("Rss:")) {
                return Long.parseLong(line.replaceAll("\\D+", ""));
            }
        }
        String statm = Files.readString(Path.of("/proc/" + process.pid() + "/statm"));
        return Long.parseLong(statm.split(" ", -1)[PAGES]) * 4;
    }

    /** What a JVM's heap holds after a full collection. */
    public double liveHeapKb() throws IOException, InterruptedException {
        String pid = Long.toString(process.pid());
        JavaProgram.tool("jcmd", pid, "GC.run");
        Matcher used = HEAP_USED.matcher(JavaProgram.tool("jcmd", pid, "GC.heap_info"));
        double sum = 0;
        // The generations, without the class space behind them.
        for (int generation = 0; generation < 2 && used.find(); generation++) {
            sum += Double.parseDouble(used.group(1));
        }
        return sum;
    }

    /** As the kernel would: no hook runs. */
    public void kill() {
        process.destroyForcibly();
        ended();
    }

    /** SIGTERM, and SIGKILL if that is not enough. */
    public void stop() {
        process.destroy();
        if (!ended()) {
            kill();
        }
    }

    private boolean ended() {
        return process.onExit()
                .thenApply(dead -> true)
                .completeOnTimeout(false, STOP_LIMIT_S, TimeUnit.SECONDS)
                .join();
    }

    /** The end of its log, for a message. */
    public String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException unreadable) {
            return "(no log: " + unreadable.getMessage() + ")";
        }
    }

    @Override
    public void close() {
        stop();
    }
}
