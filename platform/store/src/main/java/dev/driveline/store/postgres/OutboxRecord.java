package dev.driveline.store.postgres;

import dev.driveline.contract.kafka.Topic;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the outbox is to send.
 *
 * @param key decides the partition and the order: records of one key are sent in the order of their
 *     transactions, if those hold a lock that the key's aggregate shares
 * @param value null for a tombstone
 * @param headers text in UTF-8
 */
public record OutboxRecord(
        Topic topic, byte[] key, byte @Nullable [] value, Map<String, String> headers) {

    /**
     * @throws IllegalArgumentException if it is larger than the topic takes, naming both sizes: it
     *     would stop all that stands behind it
     */
    public OutboxRecord {
        headers = Map.copyOf(headers);
        int bytes = key.length + (value == null ? 0 : value.length);
        for (Map.Entry<String, String> header : headers.entrySet()) {
            bytes += header.getKey().length() + header.getValue().length() * 3;
        }
        if (bytes > topic.maxRecordBytes()) {
            throw new IllegalArgumentException(
                    "a record of %d bytes, %s takes %d"
                            .formatted(bytes, topic.baseName(), topic.maxRecordBytes()));
        }
    }

    /** What a compacted topic forgets its key by. */
    public static OutboxRecord tombstone(Topic topic, String key) {
        return new OutboxRecord(topic, key.getBytes(StandardCharsets.UTF_8), null, Map.of());
    }

    /** Without headers. */
    public static OutboxRecord of(Topic topic, String key, byte[] value) {
        return new OutboxRecord(topic, key.getBytes(StandardCharsets.UTF_8), value, Map.of());
    }
}
