package dev.driveline.gateway.mqtt;

import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.gateway.identity.RefusalReason;
import dev.driveline.gateway.link.CloseReason;
import dev.driveline.gateway.link.ConnectRefusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;

/** What the edge counts; labels come from enums only. Thread-safe. */
final class EdgeMetrics {

    private final Map<UpTopic, Counter[]> published = new EnumMap<>(UpTopic.class);
    private final Map<RefusalReason, Counter> refusedConnections =
            new EnumMap<>(RefusalReason.class);
    private final Map<ConnectRefusal, Counter> refusedConnects =
            new EnumMap<>(ConnectRefusal.class);
    private final Map<CloseReason, Counter> closed = new EnumMap<>(CloseReason.class);
    private final Counter dropped;
    private final Counter refusedPublishes;
    private final Counter refusedSubscribes;
    private final Counter connects;

    EdgeMetrics(MeterRegistry metrics, Links links) {
        for (UpTopic topic : UpTopic.values()) {
            Counter[] byQos = new Counter[3];
            for (int qos = 0; qos < byQos.length; qos++) {
                byQos[qos] =
                        Counter.builder("gateway.publishes")
                                .tags("topic", topic.leaf(), "qos", String.valueOf(qos))
                                .register(metrics);
            }
            published.put(topic, byQos);
        }
        for (RefusalReason reason : RefusalReason.values()) {
            refusedConnections.put(
                    reason,
                    Counter.builder("gateway.connections.refused")
                            .tag("reason", reason.name())
                            .register(metrics));
        }
        for (ConnectRefusal refusal : ConnectRefusal.values()) {
            refusedConnects.put(
                    refusal,
                    Counter.builder("gateway.connects.refused")
                            .tag("code", refusal.name())
                            .register(metrics));
        }
        for (CloseReason reason : CloseReason.values()) {
            closed.put(
                    reason,
                    Counter.builder("gateway.links.closed")
                            .tag("reason", reason.name())
                            .register(metrics));
        }
        dropped =
                Counter.builder("gateway.publishes.dropped")
                        .description("QoS 0, Kafka being slow")
                        .register(metrics);
        refusedPublishes = Counter.builder("gateway.publishes.refused").register(metrics);
        refusedSubscribes = Counter.builder("gateway.subscribes.refused").register(metrics);
        connects = Counter.builder("gateway.connects").register(metrics);
        Gauge.builder("gateway.sessions", links, Links::size).register(metrics);
    }

    void published(UpTopic topic, int qos) {
        Counter[] byQos = published.get(topic);
        if (byQos != null) {
            byQos[qos].increment();
        }
    }

    void refused(RefusalReason reason) {
        Counter counter = refusedConnections.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    void refused(ConnectRefusal refusal) {
        Counter counter = refusedConnects.get(refusal);
        if (counter != null) {
            counter.increment();
        }
    }

    void closed(CloseReason reason) {
        Counter counter = closed.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    void dropped() {
        dropped.increment();
    }

    void refusedPublish() {
        refusedPublishes.increment();
    }

    void refusedSubscribe() {
        refusedSubscribes.increment();
    }

    void connected() {
        connects.increment();
    }
}
