package dev.driveline.bench.server;

import java.util.List;

/** A gateway in slot 1 with its Kafka: both processes count. */
public record Ours(Platform platform, String description) implements Server {

    public static final int SLOT = 1;

    @Override
    public int port() {
        return platform.port(SLOT);
    }

    @Override
    public List<Child> processes() {
        return platform.processes();
    }

    @Override
    public Child front() {
        return platform.gateway(SLOT);
    }

    @Override
    public boolean isJvm() {
        return true;
    }

    @Override
    public void close() {
        platform.close();
    }
}
