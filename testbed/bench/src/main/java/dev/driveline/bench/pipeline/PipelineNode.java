package dev.driveline.bench.pipeline;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.store.postgres.DatabaseConfig;
import dev.driveline.telemetry.TelemetryConfig;
import dev.driveline.telemetry.TelemetryService;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/**
 * The pipeline of a measurement in a process of its own; whoever calls its REST is the operator.
 * Its arguments: Kafka's address, PostgreSQL's URL, user and password, the folder of its state. It
 * stays until it is killed.
 */
public final class PipelineNode {

    static final TenantId TENANT = TenantId.of("bench");
    static final int PARTITIONS = 8;
    private static final int THREADS = 2;

    private PipelineNode() {}

    public static void main(String[] arguments) throws InterruptedException {
        ServiceProcess process =
                start(
                        KafkaConfig.single(arguments[0], TopicPrefix.NONE, PARTITIONS),
                        new DatabaseConfig(arguments[1], arguments[2], arguments[3], 8),
                        Path.of(arguments[4]));
        Runtime.getRuntime().addShutdownHook(new Thread(process::close, "shutdown"));
        new CountDownLatch(1).await();
    }

    static ServiceProcess start(KafkaConfig kafka, DatabaseConfig database, Path stateFolder) {
        ServiceProcess process =
                ServiceProcess.start(
                        ServiceProcess.ProcessConfig.onFreePorts(),
                        token ->
                                new Caller(
                                        "bench",
                                        null,
                                        TENANT,
                                        Arrays.stream(Scope.values())
                                                .map(Scope::text)
                                                .collect(Collectors.toSet()),
                                        null),
                        Clock.systemUTC());
        var _ =
                TelemetryService.start(
                        new TelemetryConfig(
                                kafka,
                                database,
                                stateFolder,
                                THREADS,
                                TelemetryConfig.MAX_RETENTION_DAYS,
                                TelemetryConfig.PublicTopics.NONE,
                                TelemetryConfig.Frames.NONE,
                                TelemetryConfig.Exports.USUAL,
                                TelemetryConfig.Redecodes.USUAL),
                        process);
        process.open();
        return process;
    }
}
