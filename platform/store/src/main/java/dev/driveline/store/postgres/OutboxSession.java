package dev.driveline.store.postgres;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.runtime.json.Json;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * A relay's own session in PostgreSQL: what it locks is free again as soon as the session ends.
 *
 * <p>The server ends the session of a relay that has been silent for a minute (a paused process),
 * or whose host does not answer. Used by one thread; methods block.
 */
public final class OutboxSession implements AutoCloseable {

    private final Connection connection;
    private final String schema;

    private OutboxSession(Connection connection, String schema) {
        this.connection = connection;
        this.schema = schema;
    }

    /** How much waits, for the metrics; NaN where it is not known. */
    public record Backlog(double rows, double oldestAgeS) {}

    public static OutboxSession open(Database database) throws SQLException {
        Connection connection = database.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    SET idle_session_timeout = '60s';
                    SET tcp_keepalives_idle = 5;
                    SET tcp_keepalives_interval = 2;
                    SET tcp_keepalives_count = 3
                    """);
            return new OutboxSession(connection, database.schema());
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }

    /** Takes the line for as long as the session lives, unless another session has it. */
    public boolean tryLock(int shard) throws SQLException {
        String sql = "SELECT pg_try_advisory_lock(hashtext(?), ?)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, channel());
            statement.setInt(2, shard);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** Tells whoever has the line that there is something to send. */
    public void tellHolder(int shard) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_notify(?, ?)")) {
            statement.setString(1, channel());
            statement.setString(2, Integer.toString(shard));
            statement.execute();
        }
    }

    /** Begins to hear {@link #tellHolder}. */
    public void listen() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("LISTEN \"" + channel() + "\"");
        }
    }

    /** Waits for what {@link #tellHolder} says; the lines, or nothing after {@code limitMs}. */
    public List<Integer> heard(int limitMs) throws SQLException {
        PGNotification[] told = connection.unwrap(PGConnection.class).getNotifications(limitMs);
        List<Integer> shards = new ArrayList<>();
        if (told != null) {
            for (PGNotification notification : told) {
                shards.add(Integer.parseInt(notification.getParameter()));
            }
        }
        return shards;
    }

    /**
     * The oldest rows of a line, in order.
     *
     * @param bytes values are taken until they are more than this
     */
    public List<UnsentRow> unsent(int shard, int rows, int bytes) throws SQLException {
        String sql =
                """
                SELECT id, topic, key, value, headers,
                       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us
                FROM (SELECT *, sum(coalesce(octet_length(value), 0)) OVER (ORDER BY id) AS up_to
                      FROM (SELECT * FROM outbox WHERE shard = ? ORDER BY id LIMIT ?) AS oldest
                     ) AS summed
                WHERE up_to - coalesce(octet_length(value), 0) <= ?
                ORDER BY id
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, shard);
            statement.setInt(2, rows);
            statement.setInt(3, bytes);
            List<UnsentRow> unsent = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    unsent.add(
                            new UnsentRow(
                                    row.getLong("id"),
                                    row.getString("topic"),
                                    row.getBytes("key"),
                                    row.getBytes("value"),
                                    headersOf(row.getString("headers")),
                                    row.getLong("created_us")));
                }
            }
            return unsent;
        }
    }

    /**
     * Forgets rows that were sent.
     *
     * @param upToUs rows of a later transaction stay: after a restore from backup their numbers may
     *     have been another row's before
     */
    public void delete(Collection<Long> ids, long upToUs) throws SQLException {
        String sql =
                """
                DELETE FROM outbox
                WHERE id = ANY (?) AND (extract(epoch FROM created_at) * 1000000)::bigint <= ?
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
            statement.setLong(2, upToUs);
            statement.executeUpdate();
        }
    }

    /** What waits in all lines; counted up to {@code most} rows. */
    public Backlog backlog(int most) throws SQLException {
        String sql =
                """
                SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT ?) AS counted),
                       coalesce(extract(epoch FROM clock_timestamp() -
                           (SELECT created_at FROM outbox ORDER BY id LIMIT 1)), 0)
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, most);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Backlog(row.getLong(1), row.getDouble(2));
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    private String channel() {
        return "outbox-" + schema;
    }

    private static Map<String, String> headersOf(String json) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> header :
                Json.tree(json.getBytes(StandardCharsets.UTF_8)).properties()) {
            headers.put(header.getKey(), header.getValue().asText());
        }
        return headers;
    }
}
