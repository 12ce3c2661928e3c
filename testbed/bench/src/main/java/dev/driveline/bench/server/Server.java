package dev.driveline.bench.server;

import java.util.List;

/** A broker that was started to be measured; closing it ends its processes. */
public interface Server extends AutoCloseable {

    int port();

    /** All processes whose CPU time counts. */
    List<Child> processes();

    /** The one that holds the connections. */
    Child front();

    /** Whether the front is a JVM, so that its heap can be collected and asked for. */
    boolean isJvm();

    /** Version and flags, for the report. */
    String description();

    @Override
    void close();

    /** What looking for a server came to. */
    sealed interface Search {
        record Found(Server server) implements Search {}

        record Missing(String why) implements Search {}
    }
}
