package dev.driveline.command.kafka;

import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands downlinks to the gateway that holds a session. Thread-safe; blocks for up to a second while
 * Kafka is away. What does not arrive is sent again by whoever waits for its report.
 */
public final class DownlinkProducer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DownlinkProducer.class);

    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;

    public DownlinkProducer(KafkaConfig kafka) {
        var properties = kafka.producer("command-downlink");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000L);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 4_000);
        // A downlink that waited longer is dispatched again; two of one id are published once.
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 5_000);
        this.producer = new KafkaProducer<>(properties);
        this.topic = kafka.prefix().of(Topic.GATEWAY_DOWNLINK);
    }

    public void send(Presence.Online session, Downlink downlink) {
        byte[] key = downlink.vin().value().getBytes(StandardCharsets.US_ASCII);
        try {
            var _ =
                    producer.send(
                            new ProducerRecord<>(topic, session.slot(), key, Json.bytes(downlink)),
                            (metadata, failure) -> {
                                if (failure != null) {
                                    failed(failure);
                                }
                            });
        } catch (KafkaException away) {
            failed(away);
        }
    }

    private static void failed(Exception failure) {
        LOG.atWarn().setMessage("downlink not handed over").addKeyValue("cause", failure).log();
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }
}
