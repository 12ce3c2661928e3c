package dev.driveline.gateway.kafka;

import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.TailReader;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * This gateway's partition of {@code gateway.downlink}, read from its end at the start: what was
 * meant for a former run is dispatched again by whoever sent it.
 */
public final class DownlinkLog implements AutoCloseable {

    private final TailReader reader;

    /**
     * @param deliver called for every record that names this run, on the reader's thread
     */
    public DownlinkLog(KafkaConfig kafka, int slot, RunId run, Consumer<Downlink> deliver) {
        var properties = kafka.consumer("gateway-downlink-" + slot);
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 500);
        this.reader =
                TailReader.start(
                        "gateway-downlink",
                        properties,
                        kafka.prefix().of(Topic.GATEWAY_DOWNLINK),
                        List.of(slot),
                        TailReader.From.END,
                        record -> {
                            Downlink downlink = Json.read(record.value(), Downlink.class);
                            if (downlink.run().equals(run)) {
                                deliver.accept(downlink);
                            }
                        });
    }

    @Override
    public void close() {
        reader.close();
    }
}
