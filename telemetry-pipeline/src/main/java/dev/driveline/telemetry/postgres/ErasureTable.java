package dev.driveline.telemetry.postgres;

import dev.driveline.contract.registry.Erasure;
import dev.driveline.store.postgres.Database;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jdbi.v3.core.Handle;

/**
 * Forgets vehicles: what is stored is deleted at once, and what was still on its way is deleted
 * again and again until the erasure says that nothing can come any more. Thread-safe.
 */
public final class ErasureTable {

    private final Database database;

    public ErasureTable(Database database) {
        this.database = database;
    }

    /** Deletes all that is stored of a vehicle; returns the number of rows. */
    public int erase(Erasure erasure) {
        String vin = erasure.vin().value();
        return database.transaction(handle -> {
            handle.execute(
                    """
                    insert into erasure (vin, at_us, complete_by_us) values (?, ?, ?)
                    on conflict (vin) do update set
                        at_us = greatest(erasure.at_us, excluded.at_us),
                        complete_by_us = greatest(erasure.complete_by_us, excluded.complete_by_us)
                    """,
                    vin,
                    micros(erasure.at()),
                    micros(erasure.completeBy()));
            return handle.execute("delete from recent where vin = ?", vin)
                    + handle.execute("delete from history where vin = ?", vin)
                    + handle.execute("delete from latest where vin = ?", vin)
                    + handle.execute("delete from position where vin = ?", vin)
                    + handle.execute("delete from intake where vin = ?", vin)
                    + handle.execute("delete from batch_gap where vin = ?", vin)
                    + handle.execute("delete from vehicle_event where vin = ?", vin)
                    + handle.execute("delete from trouble_code where vin = ?", vin)
                    + handle.execute("delete from alert where vin = ?", vin)
                    + handle.execute("delete from frame where vin = ?", vin)
                    + handle.execute("delete from frame_boot where vin = ?", vin)
                    + handle.execute(
                            """
                            delete from job where kind = 'export'
                                and job_order->'targets' @> jsonb_build_array(
                                    jsonb_build_object('vin', ?::text))
                            """,
                            vin)
                    + handle.execute(
                            """
                            delete from job where kind = 'redecode'
                                and job_order->'vins' @> jsonb_build_array(?::text)
                            """,
                            vin)
                    + handle.execute("delete from leg where vin = ?", vin)
                    + handle.execute("delete from leg_mark where vin = ?", vin)
                    + handle.execute("delete from leg_memory where vin = ?", vin);
        });
    }

    /**
     * Deletes what came after its vehicle was erased and is older than that; a vehicle that was
     * enrolled anew keeps what it sent since. Returns the number of rows.
     */
    public int repeat(Instant now) {
        return database.transaction(handle -> {
            int rows = 0;
            rows += delete(handle, "recent", "recv_us");
            rows += delete(handle, "history", "t_to");
            rows += delete(handle, "latest", "recv_us");
            rows += delete(handle, "position", "t_us");
            rows += delete(handle, "intake", "last_recv_us");
            rows += delete(handle, "batch_gap", "since_us");
            rows += delete(handle, "vehicle_event", "t_us");
            rows += delete(handle, "trouble_code", "last_us");
            rows += delete(handle, "alert", "raised_us");
            rows += delete(handle, "frame", "recv_us");
            rows += delete(handle, "frame_boot", "touched_us");
            rows += delete(handle, "leg", "end_us");
            rows += delete(handle, "leg_mark", "newest_us");
            rows += delete(handle, "leg_memory", "up_to_us");
            handle.execute("delete from erasure where complete_by_us < ?", micros(now));
            return rows;
        });
    }

    private static int delete(Handle handle, String table, String time) {
        return handle.execute(
                "delete from %1$s d using erasure e where d.vin = e.vin and d.%2$s <= e.at_us"
                        .formatted(table, time));
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }
}
