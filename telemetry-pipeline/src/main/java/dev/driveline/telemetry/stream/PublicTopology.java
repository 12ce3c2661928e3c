package dev.driveline.telemetry.stream;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.kafka.Headers;
import dev.driveline.contract.kafka.PublicTopic;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.kafka.TopicPrefix;
import dev.driveline.telemetry.fact.Facts;
import java.util.List;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.Topology;

/**
 * The topology: what concerns a tenant goes from the platform's topics to the tenant's own, a
 * {@link PublicProcessor} for each kind.
 */
final class PublicTopology {

    private PublicTopology() {}

    /** What a public topic is made of. */
    static List<Topic> sourcesOf(PublicTopic topic) {
        return switch (topic) {
            case SIGNALS -> List.of(Topic.TELEMETRY_SIGNALS);
            case EVENTS -> List.of(Topic.VEHICLE_EVENTS, Topic.TELEMETRY_TRIPS);
            case ALERTS -> List.of(Topic.TELEMETRY_ALERTS);
            case COMMANDS -> List.of(Topic.COMMAND_EVENTS);
        };
    }

    static Topology of(
            TopicPrefix prefix, Facts facts, TenantTopics topics, PublicMetrics metrics) {
        ByteArraySerializer serializer = new ByteArraySerializer();
        ByteArrayDeserializer deserializer = new ByteArrayDeserializer();
        Topology topology = new Topology();
        for (PublicTopic topic : PublicTopic.values()) {
            for (Topic from : sourcesOf(topic)) {
                String source = from.baseName();
                String pass = "pass-" + source;
                Owner owner = from == Topic.VEHICLE_EVENTS ? Owner.registered(facts) : Owner::named;
                topology.addSource(source, deserializer, deserializer, prefix.of(from))
                        .addProcessor(
                                pass, () -> new PublicProcessor(owner, topics, metrics), source)
                        .addSink(
                                "out-" + source,
                                (_, _, record) ->
                                        prefix.of(
                                                topic,
                                                requireNonNull(
                                                        Owner.named(
                                                                record.headers()
                                                                        .lastHeader(
                                                                                Headers.TENANT)))),
                                serializer,
                                serializer,
                                pass);
            }
        }
        return topology;
    }
}
