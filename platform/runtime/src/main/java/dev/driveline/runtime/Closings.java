package dev.driveline.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to be closed in the end, the last added first; a failure is logged and does not stop the
 * rest. May be closed again. Thread-safe.
 */
public final class Closings implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Closings.class);

    private final Deque<Part> parts = new ArrayDeque<>();

    private record Part(String name, AutoCloseable closing) {}

    /** Adds a part under its type's name, and gives it back. */
    public <T extends AutoCloseable> T add(T part) {
        add(part.getClass().getSimpleName(), part);
        return part;
    }

    public synchronized void add(String name, AutoCloseable closing) {
        parts.push(new Part(name, closing));
    }

    @Override
    public void close() {
        for (Part part = next(); part != null; part = next()) {
            try {
                part.closing().close();
            } catch (Exception failed) {
                LOG.atWarn()
                        .setMessage("close failed")
                        .addKeyValue("part", part.name())
                        .setCause(failed)
                        .log();
            }
        }
    }

    private synchronized @Nullable Part next() {
        return parts.poll();
    }
}
