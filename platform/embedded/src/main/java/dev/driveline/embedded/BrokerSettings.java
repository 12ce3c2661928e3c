package dev.driveline.embedded;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The settings of a single node that starts fast, forgets a killed predecessor, and stays small.
 */
final class BrokerSettings {
    private BrokerSettings() {}

    static Map<String, Object> of(
            EmbeddedKafka.Config config, Path log, int nodeId, int port, int controllerPort) {
        Map<String, Object> settings = new HashMap<>();
        node(settings, config.host(), nodeId, port, controllerPort);
        settings.put("log.dirs", log.toString());
        settings.put("num.partitions", Integer.toString(config.partitions()));
        oneCopy(settings);
        quick(settings);
        small(settings);
        if (config.durable()) {
            settings.put("log.flush.interval.messages", "1");
        }
        settings.putAll(config.settings());
        return settings;
    }

    private static void node(
            Map<String, Object> settings, String host, int nodeId, int port, int controllerPort) {
        String broker = "BROKER://%s:%d".formatted(host, port);
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(nodeId));
        settings.put(
                "controller.quorum.voters", "%d@%s:%d".formatted(nodeId, host, controllerPort));
        settings.put("listeners", broker + ",CONTROLLER://%s:%d".formatted(host, controllerPort));
        settings.put("advertised.listeners", broker);
        settings.put("listener.security.protocol.map", "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("inter.broker.listener.name", "BROKER");
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("auto.create.topics.enable", "false");
    }

    private static void oneCopy(Map<String, Object> settings) {
        settings.put("default.replication.factor", "1");
        settings.put("min.insync.replicas", "1");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
    }

    private static void quick(Map<String, Object> settings) {
        // A killed broker's session must end before its successor may register: 9 s by default.
        settings.put("broker.session.timeout.ms", "2000");
        settings.put("broker.heartbeat.interval.ms", "500");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.min.session.timeout.ms", "1000");
    }

    private static void small(Map<String, Object> settings) {
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 << 20));
        settings.put("log.cleaner.threads", "1");
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        settings.put("background.threads", "2");
        settings.put("offsets.topic.num.partitions", "8");
        settings.put("transaction.state.log.num.partitions", "8");
        settings.put("share.coordinator.state.topic.num.partitions", "1");
        settings.put("log.segment.bytes", Integer.toString(256 << 20));
        settings.put("log.index.size.max.bytes", Integer.toString(2 << 20));
        settings.put("metric.reporters", "");
    }
}
