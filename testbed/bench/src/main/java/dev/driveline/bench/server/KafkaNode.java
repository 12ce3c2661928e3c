package dev.driveline.bench.server;

import dev.driveline.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * The broker of a measurement in a process of its own: folder, port and controller port are its
 * arguments. It stays until SIGTERM.
 */
public final class KafkaNode {

    private KafkaNode() {}

    public static void main(String[] arguments) throws InterruptedException {
        EmbeddedKafka kafka =
                EmbeddedKafka.start(
                        EmbeddedKafka.Config.in(Path.of(arguments[0]))
                                .withPorts(
                                        Integer.parseInt(arguments[1]),
                                        Integer.parseInt(arguments[2])));
        Runtime.getRuntime().addShutdownHook(new Thread(kafka::close, "shutdown"));
        new CountDownLatch(1).await();
    }
}
