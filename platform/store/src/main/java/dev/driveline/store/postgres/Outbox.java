package dev.driveline.store.postgres;

import dev.driveline.runtime.json.Json;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Writes records for Kafka into the caller's transaction, so that a row and what is told of it are
 * committed together or not at all. {@code OutboxRelay} sends them.
 *
 * <p>The table comes with {@link Database#openWithOutbox}. Thread-safe.
 */
public final class Outbox {

    /**
     * Into how many lines the records of a schema are divided, by hash of their key. Fixed: while
     * two numbers were in use, the records of a key could overtake each other.
     */
    public static final int SHARDS = 4;

    private final List<Runnable> committed = new CopyOnWriteArrayList<>();

    /** Sends one record after the transaction commits. */
    public void append(Handle handle, OutboxRecord record) {
        append(handle, List.of(record));
    }

    /**
     * Sends records, in this order, after the transaction commits.
     *
     * @throws IllegalStateException if the handle is in no transaction
     */
    public void append(Handle handle, List<OutboxRecord> records) {
        if (!handle.isInTransaction()) {
            throw new IllegalStateException("an outbox record is written within a transaction");
        }
        if (records.isEmpty()) {
            return;
        }
        String sql =
                """
                INSERT INTO outbox (shard, topic, key, value, headers)
                VALUES (:shard, :topic, :key, :value, :headers::jsonb)
                """;
        try (PreparedBatch batch = handle.prepareBatch(sql)) {
            for (OutboxRecord record : records) {
                batch.bind("shard", shardOf(record.key()))
                        .bind("topic", record.topic().baseName())
                        .bind("key", record.key())
                        .bind("value", record.value())
                        .bind("headers", Json.text(record.headers()))
                        .add();
            }
            batch.execute();
        }
        handle.afterCommit(() -> committed.forEach(Runnable::run));
    }

    /** Adds what is told after each commit; short and without blocking. */
    public void onCommit(Runnable listener) {
        committed.add(listener);
    }

    /** The line of a key, from 0. */
    static int shardOf(byte[] key) {
        return Math.floorMod(Arrays.hashCode(key), SHARDS);
    }
}
