package dev.driveline.telemetry.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which batches of a vehicle's boots the store's writer has taken, by {@code intake} and {@code
 * batch_gap}. What it has not may still come to it, and is its matter then. Immutable.
 */
final class AcceptedBatches {

    private final Map<Long, Long> highest = new HashMap<>();

    /** Of each boot, first number to last number of what is missing. */
    private final Map<Long, TreeMap<Long, Long>> missing = new HashMap<>();

    private AcceptedBatches() {}

    static AcceptedBatches of(Connection connection, String vin, Collection<Long> boots)
            throws SQLException {
        AcceptedBatches accepted = new AcceptedBatches();
        List<Long> numbers = List.copyOf(boots);
        // The gaps last: what comes between the two is taken for what did not.
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "select boot, highest_seq from intake where vin = ? and boot = any (?)")) {
            statement.setString(1, vin);
            statement.setArray(2, connection.createArrayOf("bigint", numbers.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    accepted.highest.put(rows.getLong(1), rows.getLong(2));
                }
            }
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select boot, from_seq, to_seq from batch_gap
                        where vin = ? and boot = any (?) and state in ('OPEN', 'LOST')
                        """)) {
            statement.setString(1, vin);
            statement.setArray(2, connection.createArrayOf("bigint", numbers.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    accepted.missing
                            .computeIfAbsent(rows.getLong(1), _ -> new TreeMap<>())
                            .put(rows.getLong(2), rows.getLong(3));
                }
            }
        }
        return accepted;
    }

    boolean contains(long boot, long seq) {
        return containsAll(boot, seq, seq);
    }

    /** Whether all of these numbers came; true where there are none. */
    boolean containsAll(long boot, long from, long to) {
        if (from > to) {
            return true;
        }
        if (to > highest.getOrDefault(boot, 0L)) {
            return false;
        }
        TreeMap<Long, Long> gaps = missing.get(boot);
        Map.Entry<Long, Long> gap = gaps == null ? null : gaps.floorEntry(to);
        return gap == null || gap.getValue() < from;
    }
}
