package dev.driveline.runtime.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What keeps a process from being ready; thread-safe.
 *
 * <p>A check answers null when all is well, else a sentence. The process has started once {@link
 * #started()} was called.
 */
public final class Health {

    private final ConcurrentMap<String, Supplier<@Nullable String>> checks =
            new ConcurrentHashMap<>();
    private volatile boolean started;
    private volatile boolean stopping;

    /** Adds a check; cheap and without blocking, since a probe calls it. */
    public void check(String name, Supplier<@Nullable String> problem) {
        checks.put(name, problem);
    }

    public void remove(String name) {
        checks.remove(name);
    }

    public void started() {
        started = true;
    }

    /** From now on it is not ready, so that no new work is sent here. */
    public void stopping() {
        stopping = true;
    }

    boolean hasStarted() {
        return started;
    }

    /** Problems by name; empty when it is ready. */
    public Map<String, String> problems() {
        Map<String, String> problems = new LinkedHashMap<>();
        if (!started) {
            problems.put("start", "still starting");
        }
        if (stopping) {
            problems.put("stop", "stopping");
        }
        checks.forEach((name, check) -> {
            String problem = check.get();
            if (problem != null) {
                problems.put(name, problem);
            }
        });
        return problems;
    }
}
