package dev.driveline.store.postgres;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row of the outbox.
 *
 * @param value null for a tombstone
 * @param topic without the installation's prefix
 * @param createdUs start of its transaction, microseconds since 1970
 */
public record UnsentRow(
        long id,
        String topic,
        byte[] key,
        byte @Nullable [] value,
        Map<String, String> headers,
        long createdUs) {}
