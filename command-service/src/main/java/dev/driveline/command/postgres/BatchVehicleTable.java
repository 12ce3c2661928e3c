package dev.driveline.command.postgres;

import dev.driveline.command.batch.BatchId;
import dev.driveline.command.batch.BatchSender;
import dev.driveline.command.batch.Outcome;
import dev.driveline.command.batch.Selection;
import dev.driveline.contract.id.CommandId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.json.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * Table {@code batch_vehicle}: where each vehicle of a batch stands. States change under the lock
 * of the batch's row alone; command, code and next_at of one that is underway under its vehicle's.
 */
public final class BatchVehicleTable {

    /**
     * What became of a vehicle.
     *
     * @param place its place in the batch, rising
     * @param state WAITING, UNDERWAY, or how it ended
     * @param command null before there is one
     * @param result what the vehicle said; JSON
     */
    public record Row(
            long place,
            Vin vin,
            String state,
            @Nullable CommandId command,
            @Nullable String code,
            boolean late,
            @Nullable String result) {}

    /** Writes those of a tenant's vehicles down that the sender's token covers; returns who. */
    public Set<String> add(
            Handle handle,
            BatchId batch,
            TenantId tenant,
            BatchSender sender,
            long firstPlace,
            Collection<String> vins) {
        Query query =
                handle.createQuery(
                                """
                                INSERT INTO batch_vehicle (batch, place, vin)
                                SELECT :batch, :first + t.nth - 1, t.vin
                                FROM unnest(:named::text[]) WITH ORDINALITY AS t (vin, nth)
                                JOIN vehicle v ON v.vin = t.vin AND v.tenant = :tenant
                                WHERE (NOT :narrow OR v.vin = ANY (:vins::text[]) OR v.fleets && :fleets::text[])
                                ON CONFLICT DO NOTHING RETURNING vin
                                """)
                        .bind("batch", batch.value())
                        .bind("first", firstPlace)
                        .bindArray("named", String.class, vins)
                        .bind("tenant", tenant.value())
                        .bind("narrow", sender.vins() != null)
                        .bindArray("vins", String.class, texts(sender.vins()))
                        .bindArray("fleets", String.class, fleets(sender));
        return query.mapTo(String.class).set();
    }

    /** Writes all down that are selected, may connect, and are covered; returns how many. */
    public int addSelected(
            Handle handle,
            BatchId batch,
            TenantId tenant,
            BatchSender sender,
            Selection selection) {
        Update update =
                handle.createUpdate(
                                """
                                INSERT INTO batch_vehicle (batch, place, vin)
                                SELECT :batch, row_number() OVER (ORDER BY vin), vin
                                FROM vehicle
                                WHERE tenant = :tenant AND state IN ('PRODUCED', 'ACTIVE')
                                  AND (:model::text IS NULL OR model = :model)
                                  AND (NOT :byFleet OR fleets && :wanted::text[])
                                  AND labels @> :values::jsonb AND jsonb_exists_all(labels, :keys::text[])
                                  AND (NOT :narrow OR vin = ANY (:vins::text[]) OR fleets && :fleets::text[])
                                """)
                        .bind("batch", batch.value())
                        .bind("tenant", tenant.value())
                        .bind("model", selection.model())
                        .bind("byFleet", !selection.fleets().isEmpty())
                        .bindArray("wanted", String.class, selection.fleets())
                        .bind("values", Json.text(selection.values()))
                        .bindArray("keys", String.class, selection.keys())
                        .bind("narrow", sender.vins() != null)
                        .bindArray("vins", String.class, texts(sender.vins()))
                        .bindArray("fleets", String.class, fleets(sender));
        return update.execute();
    }

    /** Those of these that are in it. */
    public Set<String> there(Handle handle, BatchId batch, Collection<String> vins) {
        return handle.createQuery(
                        "SELECT vin FROM batch_vehicle WHERE batch = :batch AND vin = ANY (:vins::text[])")
                .bind("batch", batch.value())
                .bindArray("vins", String.class, vins)
                .mapTo(String.class)
                .set();
    }

    /** Takes vehicles up that wait; those that were put off come last. */
    public List<Vin> take(Handle handle, BatchId batch, int most, Instant now) {
        return handle.createQuery(
                        """
                        WITH next AS (
                            SELECT place FROM batch_vehicle
                            WHERE batch = :batch AND state = 'WAITING' AND next_at <= :now
                            ORDER BY next_at, place LIMIT :most)
                        UPDATE batch_vehicle v SET state = 'UNDERWAY' FROM next
                        WHERE v.batch = :batch AND v.place = next.place
                        RETURNING v.vin
                        """)
                .bind("batch", batch.value())
                .bind("now", now)
                .bind("most", most)
                .map((row, context) -> Vin.of(row.getString("vin")))
                .list();
    }

    /** Those that were taken up and have neither a command nor a reason for none wait again. */
    public int giveBack(Handle handle, BatchId batch) {
        return handle.createUpdate(
                        """
                        UPDATE batch_vehicle SET state = 'WAITING'
                        WHERE batch = :batch AND state = 'UNDERWAY' AND command IS NULL AND code IS NULL
                        """)
                .bind("batch", batch.value())
                .execute();
    }

    /** Writes down how those ended that were underway; returns how many ended how. */
    public Map<Outcome, Long> settle(Handle handle, BatchId batch) {
        return outcomes(
                handle.createQuery(
                                """
                                WITH ended AS (
                                    UPDATE batch_vehicle v SET state = c.state, code = c.code FROM command c
                                    WHERE v.batch = :batch AND v.state = 'UNDERWAY' AND c.id = v.command AND c.terminal
                                    RETURNING v.state),
                                refused AS (
                                    UPDATE batch_vehicle SET state = 'REFUSED'
                                    WHERE batch = :batch AND state = 'UNDERWAY' AND command IS NULL AND code IS NOT NULL
                                    RETURNING state),
                                both_of_them AS (SELECT state FROM ended UNION ALL SELECT state FROM refused)
                                SELECT state, count(*) AS many FROM both_of_them GROUP BY state
                                """)
                        .bind("batch", batch.value()));
    }

    /** Writes down how those turned out of which nothing was known; returns how many how. */
    public Map<Outcome, Long> late(Handle handle, BatchId batch) {
        return outcomes(
                handle.createQuery(
                                """
                                WITH turned AS (
                                    UPDATE batch_vehicle v SET state = c.state, code = c.code FROM command c
                                    WHERE c.batch = :batch AND c.late AND v.vin = c.vin AND v.batch = :batch
                                      AND v.state = 'OUTCOME_UNKNOWN'
                                    RETURNING v.state)
                                SELECT state, count(*) AS many FROM turned GROUP BY state
                                """)
                        .bind("batch", batch.value()));
    }

    private static Map<Outcome, Long> outcomes(Query query) {
        Map<Outcome, Long> found = new EnumMap<>(Outcome.class);
        query.map((row, context) ->
                        Map.entry(Outcome.valueOf(row.getString("state")), row.getLong("many")))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    /** Cancels vehicles that wait, as many as one transaction should; returns how many. */
    public int cancelWaiting(Handle handle, BatchId batch, int most) {
        return handle.createUpdate(
                        """
                        UPDATE batch_vehicle SET state = 'CANCELLED'
                        WHERE batch = :batch AND place IN (
                            SELECT place FROM batch_vehicle WHERE batch = :batch AND state = 'WAITING' LIMIT :most)
                        """)
                .bind("batch", batch.value())
                .bind("most", most)
                .execute();
    }

    /** One whose command no vehicle can have yet. */
    public record Unsent(Vin vin, CommandId command) {}

    public List<Unsent> unsent(Handle handle, BatchId batch, int most) {
        return handle.createQuery(
                        """
                        SELECT c.vin, c.id FROM batch_vehicle v JOIN command c ON c.id = v.command
                        WHERE v.batch = :batch AND v.state = 'UNDERWAY' AND c.state IN ('ACCEPTED', 'QUEUED', 'WAKING')
                        LIMIT :most
                        """)
                .bind("batch", batch.value())
                .bind("most", most)
                .map((row, context) ->
                        new Unsent(
                                Vin.of(row.getString("vin")),
                                new CommandId(row.getObject("id", UUID.class))))
                .list();
    }

    /** Whether a vehicle is taken up and has no command yet; its row is locked then. */
    public boolean claim(Handle handle, BatchId batch, Vin vin) {
        return handle.createQuery(
                        """
                        SELECT true FROM batch_vehicle
                        WHERE vin = :vin AND batch = :batch AND state = 'UNDERWAY' AND command IS NULL AND code IS NULL
                        FOR UPDATE
                        """)
                .bind("vin", vin.value())
                .bind("batch", batch.value())
                .mapTo(Boolean.class)
                .findOne()
                .isPresent();
    }

    /** It has its command. */
    public void accepted(Handle handle, BatchId batch, Vin vin, CommandId command) {
        handle.createUpdate(
                        "UPDATE batch_vehicle SET command = :command WHERE vin = :vin AND batch = :batch")
                .bind("command", command.value())
                .bind("vin", vin.value())
                .bind("batch", batch.value())
                .execute();
    }

    /** It gets none. */
    public void refuse(Handle handle, BatchId batch, Vin vin, String code) {
        handle.createUpdate(
                        """
                        UPDATE batch_vehicle SET code = :code
                        WHERE vin = :vin AND batch = :batch AND state = 'UNDERWAY' AND command IS NULL
                        """)
                .bind("code", code)
                .bind("vin", vin.value())
                .bind("batch", batch.value())
                .execute();
    }

    /** It gets none for now. */
    public void putOff(Handle handle, BatchId batch, Vin vin, Instant until) {
        handle.createUpdate(
                        """
                        UPDATE batch_vehicle SET next_at = :until
                        WHERE vin = :vin AND batch = :batch AND state = 'UNDERWAY' AND command IS NULL
                        """)
                .bind("until", until)
                .bind("vin", vin.value())
                .bind("batch", batch.value())
                .execute();
    }

    /**
     * What became of vehicles, in the order of their places, after one.
     *
     * @param state only those; null for all
     */
    public List<Row> page(
            Handle handle, BatchId batch, @Nullable String state, long after, int limit) {
        return handle.createQuery(
                        """
                        SELECT v.place, v.vin, v.state, v.command, coalesce(v.code, c.code) AS code,
                               coalesce(c.late, false) AS late, c.result
                        FROM batch_vehicle v LEFT JOIN command c ON c.id = v.command
                        WHERE v.batch = :batch AND v.place > :after AND (:state::text IS NULL OR v.state = :state)
                        ORDER BY v.place LIMIT :limit
                        """)
                .bind("batch", batch.value())
                .bind("state", state)
                .bind("after", after)
                .bind("limit", limit)
                .map(BatchVehicleTable::row)
                .list();
    }

    /**
     * Puts a pseudonym in a vehicle's place, so that the counts of its batches stay true; what was
     * underway ends as refused.
     */
    public int erase(Handle handle, Vin vin, Vin pseudonym) {
        return handle.createUpdate(
                        """
                        UPDATE batch_vehicle
                        SET vin = :pseudonym, command = NULL,
                            code = CASE WHEN state = 'UNDERWAY' THEN 'VEHICLE_UNKNOWN' ELSE code END
                        WHERE vin = :vin
                        """)
                .bind("pseudonym", pseudonym.value())
                .bind("vin", vin.value())
                .execute();
    }

    /** Deletes rows of a batch; returns how many. */
    public int forget(Handle handle, BatchId batch, int most) {
        return handle.createUpdate(
                        """
                        DELETE FROM batch_vehicle
                        WHERE batch = :batch AND place IN (
                            SELECT place FROM batch_vehicle WHERE batch = :batch LIMIT :most)
                        """)
                .bind("batch", batch.value())
                .bind("most", most)
                .execute();
    }

    private static Row row(ResultSet row, StatementContext context) throws SQLException {
        UUID command = row.getObject("command", UUID.class);
        return new Row(
                row.getLong("place"),
                Vin.of(row.getString("vin")),
                row.getString("state"),
                command == null ? null : new CommandId(command),
                row.getString("code"),
                row.getBoolean("late"),
                row.getString("result"));
    }

    private static Set<String> texts(@Nullable Set<Vin> vins) {
        return vins == null ? Set.of() : vins.stream().map(Vin::value).collect(Collectors.toSet());
    }

    private static Set<String> fleets(BatchSender sender) {
        Set<String> fleets = sender.fleets();
        return fleets == null ? Set.of() : fleets;
    }
}
