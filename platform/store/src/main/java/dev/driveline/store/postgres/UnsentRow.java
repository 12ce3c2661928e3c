package dev.driveline.store.postgres;

import java.util.Map;

/**
 * A row of the outbox.
 *
 * @param topic without the installation's prefix
 * @param createdUs start of its transaction, microseconds since 1970
 */
public record UnsentRow(
        long id,
        String topic,
        byte[] key,
        byte[] value,
        Map<String, String> headers,
        long createdUs) {}
