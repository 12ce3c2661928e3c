package dev.driveline.testkit;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A server that is started at first use and stopped when the test JVM exits.
 *
 * <p>A start that failed or was skipped is not tried again: every test after it gets the same
 * answer at once.
 *
 * @param <T> how tests reach it
 */
final class OnePerJvm<T> {
    private final String name;
    private final Supplier<Running<T>> start;
    private @Nullable Running<T> running;
    private @Nullable RuntimeException failure;

    /** A started server. */
    record Running<T>(T address, Runnable stop) {}

    OnePerJvm(String name, Supplier<Running<T>> start) {
        this.name = name;
        this.start = start;
    }

    synchronized T get() {
        if (failure != null) {
            throw failure;
        }
        if (running == null) {
            running = begin();
        }
        return running.address();
    }

    private Running<T> begin() {
        try {
            Running<T> begun = start.get();
            Thread atExit = Thread.ofPlatform().name("stop-test-" + name).unstarted(begun.stop());
            Runtime.getRuntime().addShutdownHook(atExit);
            return begun;
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        }
    }
}
