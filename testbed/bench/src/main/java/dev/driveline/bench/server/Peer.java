package dev.driveline.bench.server;

import java.util.List;

/** A broker of others in one process. */
record Peer(Child front, int port, boolean isJvm, String description) implements Server {

    @Override
    public List<Child> processes() {
        return List.of(front);
    }

    @Override
    public void close() {
        front.stop();
    }
}
