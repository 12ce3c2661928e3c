package dev.driveline.telemetry.postgres;

import static java.util.Objects.requireNonNull;

import dev.driveline.store.postgres.Database;
import dev.driveline.telemetry.sample.SignalDefinition;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Numbers for signals and their definitions. One thread; what was looked up once is remembered.
 *
 * <p>New ones are written in a transaction of their own: they do no harm if what needed them is
 * rolled back.
 */
final class SignalDictionary {

    private static final int MAX_REMEMBERED = 200_000;

    private final Database database;
    private final Map<Place, Ids> remembered = new HashMap<>();

    SignalDictionary(Database database) {
        this.database = database;
    }

    /** The numbers of a definition and of the name that it shares with others. */
    record Ids(int definition, int signal) {}

    /** By what a definition is found: a signal's index in a catalogue. */
    private record Place(String catalogue, int index) {
        static Place of(SignalDefinition definition) {
            return new Place(definition.catalogue(), definition.index());
        }
    }

    /** Makes sure that {@link #ids} knows all of these. */
    void learn(Collection<SignalDefinition> definitions) {
        if (remembered.size() > MAX_REMEMBERED) {
            remembered.clear();
        }
        SortedMap<String, Map<Place, SignalDefinition>> unknown = new TreeMap<>();
        for (SignalDefinition definition : definitions) {
            Place place = Place.of(definition);
            if (!remembered.containsKey(place)) {
                unknown.computeIfAbsent(definition.catalogue(), _ -> new LinkedHashMap<>())
                        .put(place, definition);
            }
        }
        for (var catalogue : unknown.entrySet()) {
            Map<Place, Ids> learned =
                    database.transaction(handle -> {
                        Connection connection = handle.getConnection();
                        insert(connection, catalogue.getValue().values());
                        return read(connection, catalogue.getKey());
                    });
            remembered.putAll(learned);
        }
    }

    Ids ids(SignalDefinition definition) {
        return requireNonNull(remembered.get(Place.of(definition)));
    }

    /** In the order of names, so that two writers do not wait for each other crosswise. */
    private static void insert(Connection connection, Collection<SignalDefinition> definitions)
            throws SQLException {
        Array names =
                connection.createArrayOf(
                        "text",
                        definitions.stream()
                                .map(definition -> storable(definition.name()))
                                .distinct()
                                .sorted()
                                .toArray());
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        insert into signal (name)
                        select unnest(?::text[])
                        on conflict (name) do nothing
                        """)) {
            statement.setArray(1, names);
            statement.executeUpdate();
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        insert into signal_definition (signal_id, catalogue, position, unit,
                            factor, physical_offset, is_real, is_unsigned64)
                        select id, ?, ?, ?, ?, ?, ?, ? from signal where name = ?
                        on conflict (catalogue, position) do nothing
                        """)) {
            for (SignalDefinition definition : definitions) {
                statement.setString(1, definition.catalogue());
                statement.setInt(2, definition.index());
                statement.setString(3, storable(definition.unit()));
                statement.setDouble(4, definition.factor());
                statement.setDouble(5, definition.offset());
                statement.setBoolean(6, definition.real());
                statement.setBoolean(7, definition.unsigned64());
                statement.setString(8, storable(definition.name()));
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private static Map<Place, Ids> read(Connection connection, String catalogue)
            throws SQLException {
        Map<Place, Ids> found = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select position, id, signal_id from signal_definition where catalogue = ?
                        """)) {
            statement.setString(1, catalogue);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.put(
                            new Place(catalogue, rows.getInt(1)),
                            new Ids(rows.getInt(2), rows.getInt(3)));
                }
            }
        }
        return found;
    }

    /** PostgreSQL's text holds every character but one. */
    private static String storable(String text) {
        return text.replace("\0", "");
    }
}
