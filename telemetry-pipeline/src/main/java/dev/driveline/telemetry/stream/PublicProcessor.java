package dev.driveline.telemetry.stream;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.kafka.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Passes records on to their tenants' own topics, key and value as they are. What belongs to no
 * tenant, or to one that has no such topics, goes nowhere. Of the task's thread.
 */
final class PublicProcessor implements Processor<byte[], byte[], byte[], byte[]> {

    /** Nothing of a session or certificate, and nothing that a vehicle named itself. */
    private static final Set<String> PUBLIC_HEADERS =
            Set.of(
                    Headers.SCHEMA,
                    Headers.RECEIVED,
                    Headers.CONTENT_TYPE,
                    Headers.EVENT_ID,
                    Headers.EVENT_SOURCE,
                    Headers.EVENT_SPEC_VERSION,
                    Headers.EVENT_TYPE,
                    Headers.EVENT_TIME,
                    Headers.EVENT_SUBJECT);

    private final Owner owner;
    private final TenantTopics topics;
    private final PublicMetrics metrics;
    private @Nullable ProcessorContext<byte[], byte[]> context;

    PublicProcessor(Owner owner, TenantTopics topics, PublicMetrics metrics) {
        this.owner = owner;
        this.topics = topics;
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> initialised) {
        context = initialised;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        TenantId tenant = record.key() == null || record.value() == null ? null : owner.of(record);
        if (tenant == null) {
            metrics.nobodys();
            return;
        }
        if (!topics.areThere(tenant)) {
            metrics.without();
            return;
        }
        RecordHeaders headers = new RecordHeaders();
        for (Header header : record.headers()) {
            if (PUBLIC_HEADERS.contains(header.key())) {
                headers.add(header);
            }
        }
        headers.add(Headers.TENANT, tenant.value().getBytes(StandardCharsets.UTF_8));
        requireNonNull(context).forward(record.withHeaders(headers));
        metrics.written();
    }
}
