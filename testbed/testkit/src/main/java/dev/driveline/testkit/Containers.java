package dev.driveline.testkit;

import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;

/** Whether the test servers are containers, and which images they are. */
final class Containers {
    static final String KAFKA_IMAGE = "apache/kafka:4.3.1";
    static final String POSTGRES_IMAGE = "postgres:18.6";

    private Containers() {}

    static boolean wanted() {
        return Boolean.getBoolean("driveline.containers");
    }

    /** Skips the test, saying so, where no container engine answers. */
    static void requireEngine() {
        Assumptions.assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(),
                "skipped: driveline.containers=true, and no container engine answers; start one, or leave the property out");
    }
}
