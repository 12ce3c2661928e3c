package dev.driveline.bench.command;

import dev.driveline.command.CommandConfig;
import dev.driveline.command.CommandService;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.rest.RestConfig;
import dev.driveline.simulator.load.Fleet;
import dev.driveline.store.postgres.DatabaseConfig;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/**
 * The command service of a measurement in a process of its own; a bearer token is the name of its
 * caller, who may do everything. Its arguments: Kafka's address, partitions and slots, PostgreSQL's
 * URL, user and password, the signing key, REST's and the admin port. It stays until it is killed.
 */
public final class CommandNode {

    static final String KEYS_PASSWORD = "bench";
    static final String ROOT = "command-root.pem";

    private CommandNode() {}

    public static void main(String[] arguments) throws InterruptedException {
        ServiceProcess process =
                ServiceProcess.start(
                        new ServiceProcess.ProcessConfig(
                                new RestConfig(
                                        "127.0.0.1", Integer.parseInt(arguments[7]), 256, 100),
                                "127.0.0.1",
                                Integer.parseInt(arguments[8])),
                        token ->
                                new Caller(
                                        token,
                                        null,
                                        Fleet.TENANT,
                                        Arrays.stream(Scope.values())
                                                .map(Scope::text)
                                                .collect(Collectors.toSet()),
                                        null),
                        Clock.systemUTC());
        Path keys = Path.of(arguments[6]);
        KafkaConfig kafka =
                new KafkaConfig(
                        arguments[0],
                        TopicPrefix.NONE,
                        Map.of(),
                        true,
                        Integer.parseInt(arguments[1]),
                        Integer.parseInt(arguments[2]),
                        (short) 1);
        var _ =
                CommandService.start(
                        new CommandConfig(
                                kafka,
                                new DatabaseConfig(arguments[3], arguments[4], arguments[5], 10),
                                new CommandConfig.Keys(
                                        keys.resolve("command-keys.p12"),
                                        KEYS_PASSWORD,
                                        keys.resolve(ROOT),
                                        keys.resolve("command-keys.jws"),
                                        null)),
                        process);
        process.open();
        Runtime.getRuntime().addShutdownHook(new Thread(process::close, "shutdown"));
        new CountDownLatch(1).await();
    }
}
