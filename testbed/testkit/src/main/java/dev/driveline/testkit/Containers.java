package dev.driveline.testkit;

import org.testcontainers.DockerClientFactory;

/** Whether the test servers are containers, and which images they are. */
final class Containers {
    static final String KAFKA_IMAGE = "apache/kafka:4.3.1";
    static final String POSTGRES_IMAGE = "postgres:18.6";

    static final String NO_ENGINE =
            "skipped: driveline.containers=true, and no container engine answers; start one, or leave the property out";

    private Containers() {}

    static boolean wanted() {
        return Boolean.getBoolean("driveline.containers");
    }

    /** Asked once a JVM: an engine that is away takes seconds to say so. */
    static boolean engineAnswers() {
        return DockerClientFactory.instance().isDockerAvailable();
    }
}
