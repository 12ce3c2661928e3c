package dev.driveline.command.postgres;

import dev.driveline.contract.id.Vin;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jdbi.v3.core.Handle;

/** Table {@code wake}: how vehicles sleep, and how often they were woken. */
public final class WakeTable {

    /** A vehicle has said how it can be woken; nothing happens for one that is not known. */
    public void slept(Handle handle, Vin vin, String way, Instant at) {
        handle.createUpdate(
                        """
                        INSERT INTO wake (vin, way, slept_at) SELECT vin, :way, :at FROM vehicle WHERE vin = :vin
                        ON CONFLICT (vin) DO UPDATE SET way = excluded.way, slept_at = excluded.slept_at
                        """)
                .bind("vin", vin.value())
                .bind("way", way)
                .bind("at", at)
                .execute();
    }

    /**
     * Whether a vehicle can be woken, and may be.
     *
     * @param way that there is
     * @param perDay how often on a day (UTC)
     * @param spacing since the last time
     */
    public boolean may(
            Handle handle, Vin vin, String way, int perDay, Duration spacing, Instant now) {
        return handle.createQuery(
                                """
                                SELECT count(*) FROM wake
                                WHERE vin = :vin AND way = :way AND (last_at IS NULL OR last_at <= :latest)
                                  AND (day IS DISTINCT FROM :day OR times < :perDay)
                                """)
                        .bind("vin", vin.value())
                        .bind("way", way)
                        .bind("latest", now.minus(spacing))
                        .bind("day", dayOf(now))
                        .bind("perDay", perDay)
                        .mapTo(Integer.class)
                        .one()
                > 0;
    }

    /** It is woken now. */
    public void woken(Handle handle, Vin vin, Instant now) {
        handle.createUpdate(
                        """
                        UPDATE wake
                        SET times = CASE WHEN day = :day THEN times + 1 ELSE 1 END, day = :day, last_at = :now
                        WHERE vin = :vin
                        """)
                .bind("vin", vin.value())
                .bind("day", dayOf(now))
                .bind("now", now)
                .execute();
    }

    private static LocalDate dayOf(Instant now) {
        return LocalDate.ofInstant(now, ZoneOffset.UTC);
    }
}
