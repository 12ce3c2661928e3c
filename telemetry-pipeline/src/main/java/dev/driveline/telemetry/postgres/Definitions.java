package dev.driveline.telemetry.postgres;

import dev.driveline.telemetry.sample.SignalDefinition;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** What raw values mean, by the store's numbers. */
final class Definitions {

    private static final String SELECT =
            """
            select s.name, d.unit, d.factor, d.physical_offset, d.is_real, d.is_unsigned64,
                d.catalogue, d.position, d.id
            from signal_definition d join signal s on s.id = d.signal_id
            """;

    private Definitions() {}

    /** All definitions of these signals, by their numbers. */
    static Map<Integer, SignalDefinition> ofSignals(
            Connection connection, Collection<Integer> signals) throws SQLException {
        return read(connection, SELECT + "where d.signal_id = any (?)", signals);
    }

    /** These definitions. */
    static Map<Integer, SignalDefinition> of(Connection connection, Collection<Integer> definitions)
            throws SQLException {
        return read(connection, SELECT + "where d.id = any (?)", definitions);
    }

    /** The numbers of the signals of these names; a name that was never stored has none. */
    static Map<String, Integer> signals(Connection connection, Collection<String> names)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select name, id from signal where name = any (?)")) {
            statement.setArray(1, connection.createArrayOf("text", names.toArray()));
            Map<String, Integer> numbers = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    numbers.put(rows.getString(1), rows.getInt(2));
                }
            }
            return numbers;
        }
    }

    private static Map<Integer, SignalDefinition> read(
            Connection connection, String sql, Collection<Integer> numbers) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            Array array = connection.createArrayOf("integer", numbers.toArray());
            statement.setArray(1, array);
            Map<Integer, SignalDefinition> found = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.put(rows.getInt(9), SampleQueries.definitionOf(rows));
                }
            }
            return found;
        }
    }
}
