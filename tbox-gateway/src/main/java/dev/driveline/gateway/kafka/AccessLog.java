package dev.driveline.gateway.kafka;

import dev.driveline.contract.kafka.Topic;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.gateway.access.AccessTable;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.kafka.KafkaConfig;
import dev.driveline.runtime.kafka.TailReader;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code registry.access}, read wholly: every record's signature is checked with the pinned key of
 * the registry before it changes the table. A record that does not hold is logged and ignored.
 */
public final class AccessLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

    private final AccessTable table;
    private final Jws.Keys registryKeys;
    private final Consumer<AccessRule> narrowed;
    private final TailReader reader;

    /**
     * @param narrowed called after a change by which live sessions may lose trust, on the reader's
     *     thread
     */
    public AccessLog(
            KafkaConfig kafka,
            AccessTable table,
            Jws.Keys registryKeys,
            Consumer<AccessRule> narrowed,
            MeterRegistry metrics) {
        this.table = table;
        this.registryKeys = registryKeys;
        this.narrowed = narrowed;
        for (String kind : table.sizes().keySet()) {
            Gauge.builder(
                            "gateway.access.rules",
                            table,
                            found -> found.sizes().getOrDefault(kind, 0))
                    .tag("kind", kind)
                    .register(metrics);
        }
        this.reader =
                TailReader.start(
                        "gateway-access",
                        kafka.consumer("gateway-access"),
                        kafka.prefix().of(Topic.REGISTRY_ACCESS),
                        List.of(0),
                        TailReader.From.BEGINNING,
                        this::read);
    }

    public void awaitCaughtUp(Duration limit) throws InterruptedException {
        reader.awaitCaughtUp(limit);
        LOG.atInfo().setMessage("access rules read").addKeyValue("rules", table).log();
    }

    @Override
    public void close() {
        reader.close();
    }

    private void read(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            ignored(record, "a tombstone takes no trust away");
            return;
        }
        String compact = new String(record.value(), StandardCharsets.US_ASCII);
        switch (Jws.verify(compact, AccessRule.TYP, registryKeys)) {
            case Jws.Verdict.Invalid invalid -> ignored(record, invalid.why());
            case Jws.Verdict.Valid valid -> {
                AccessRule rule;
                try {
                    rule = Json.read(valid.payload(), AccessRule.class);
                } catch (MalformedJsonException unusable) {
                    // Of a newer registry, or an exception that may not be: the rest goes on.
                    ignored(record, String.valueOf(unusable.getMessage()));
                    return;
                }
                String key = new String(record.key(), StandardCharsets.UTF_8);
                if (!rule.key().equals(key)) {
                    ignored(
                            record,
                            "it stands under '" + key + "', its rule is '" + rule.key() + "'");
                } else if (table.apply(rule) == AccessTable.Change.NARROWED) {
                    narrowed.accept(rule);
                }
            }
        }
    }

    private static void ignored(ConsumerRecord<byte[], byte[]> record, String why) {
        LOG.atError()
                .setMessage("access record ignored")
                .addKeyValue("offset", record.offset())
                .addKeyValue("why", why)
                .log();
    }
}
