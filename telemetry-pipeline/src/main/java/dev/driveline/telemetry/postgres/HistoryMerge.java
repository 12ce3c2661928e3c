package dev.driveline.telemetry.postgres;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.id.Vin;
import dev.driveline.telemetry.batch.BatchLimits;
import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.telemetry.sample.SignalColumns;
import dev.driveline.telemetry.sample.SignalDefinition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads samples out of overlapping chunks in the order of their keys, and no more chunks than the
 * answer needs. One use, one thread, within a transaction.
 *
 * <p>Each signal's rows come from a database cursor in the order of their first time; a row is
 * unpacked as soon as it could hold the next sample, and of all unpacked rows the least key is
 * given first.
 */
final class HistoryMerge implements AutoCloseable {

    private static final int FETCHED_ROWS = 32;

    private final Question question;
    private final List<Rows> waiting = new ArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final PriorityQueue<Chunk> chunks =
            new PriorityQueue<>(Comparator.comparing(Chunk::key));

    private HistoryMerge(Question question) {
        this.question = question;
    }

    /** As {@link dev.driveline.telemetry.sample.SampleArchive#history}. */
    record Question(
            Vin vin,
            Set<String> names,
            long fromUs,
            long toUs,
            @Nullable SampleKey after,
            int limit) {

        /** The first time that can be in the answer. */
        long startUs() {
            return after == null ? fromUs : Math.max(fromUs, after.tUs());
        }
    }

    static List<Sample> read(Connection connection, Question question) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // One view for all the statements: no row without its definition.
            statement.execute("set transaction isolation level repeatable read, read only");
        }
        Map<Integer, SignalDefinition> definitions = definitions(connection, question.names());
        try (HistoryMerge merge = new HistoryMerge(question)) {
            for (int signal : signals(connection, question.names())) {
                merge.open(connection, signal, definitions);
            }
            return merge.merge();
        }
    }

    private List<Sample> merge() throws SQLException {
        List<Sample> samples = new ArrayList<>();
        while (samples.size() < question.limit()) {
            unpackDue();
            Chunk least = chunks.poll();
            if (least == null) {
                break;
            }
            if (least.key().tUs() >= question.toUs()) {
                continue; // All behind it in this chunk is later still.
            }
            samples.add(least.sample());
            if (least.next()) {
                chunks.add(least);
            }
        }
        return samples;
    }

    /** Unpacks every row that begins no later than the least sample at hand. */
    private void unpackDue() throws SQLException {
        for (int i = waiting.size() - 1; i >= 0; i--) {
            Rows rows = waiting.get(i);
            while (rows.more && (chunks.isEmpty() || rows.fromUs <= chunks.peek().key().tUs())) {
                Chunk chunk = rows.take();
                if (chunk.skipTo(question)) {
                    chunks.add(chunk);
                }
            }
            if (!rows.more) {
                waiting.remove(i);
            }
        }
    }

    private void open(Connection connection, int signal, Map<Integer, SignalDefinition> definitions)
            throws SQLException {
        PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select t_from, boot, seq, definition_id, recv_us, late, samples
                        from history
                        where vin = ? and signal_id = ? and t_from >= ? and t_from < ?
                            and t_to >= ?
                        order by vin, signal_id, t_from
                        """);
        open.add(statement);
        statement.setFetchSize(FETCHED_ROWS);
        statement.setString(1, question.vin().value());
        statement.setInt(2, signal);
        statement.setLong(3, question.startUs() - BatchLimits.MAX_SPAN_US);
        statement.setLong(4, question.toUs());
        statement.setLong(5, question.startUs());
        waiting.add(new Rows(statement.executeQuery(), definitions));
    }

    @Override
    public void close() throws SQLException {
        for (AutoCloseable statement : open) {
            try {
                statement.close();
            } catch (Exception failed) {
                throw new SQLException("a history cursor cannot be closed", failed);
            }
        }
    }

    /** One signal's rows; always one ahead. */
    private static final class Rows {

        private final ResultSet rows;
        private final Map<Integer, SignalDefinition> definitions;
        private boolean more;
        private long fromUs;

        Rows(ResultSet rows, Map<Integer, SignalDefinition> definitions) throws SQLException {
            this.rows = rows;
            this.definitions = definitions;
            advance();
        }

        Chunk take() throws SQLException {
            Chunk chunk =
                    new Chunk(
                            requireNonNull(definitions.get(rows.getInt(4))),
                            rows.getLong(2),
                            rows.getLong(3),
                            rows.getLong(5),
                            rows.getBoolean(6),
                            SignalColumns.unpack(rows.getBytes(7), fromUs));
            advance();
            return chunk;
        }

        private void advance() throws SQLException {
            more = rows.next();
            if (more) {
                fromUs = rows.getLong(1);
            }
        }
    }

    /** An unpacked row and the sample in it that comes next. */
    private static final class Chunk {

        private final SignalDefinition definition;
        private final long boot;
        private final long seq;
        private final long receivedUs;
        private final boolean late;
        private final SignalColumns columns;
        private int at;
        private SampleKey key;

        Chunk(
                SignalDefinition definition,
                long boot,
                long seq,
                long receivedUs,
                boolean late,
                SignalColumns columns) {
            this.definition = definition;
            this.boot = boot;
            this.seq = seq;
            this.receivedUs = receivedUs;
            this.late = late;
            this.columns = columns;
            this.key = keyAt(0);
        }

        SampleKey key() {
            return key;
        }

        boolean next() {
            at++;
            if (at >= columns.count()) {
                return false;
            }
            key = keyAt(at);
            return true;
        }

        /** Goes to the first sample that is asked for; false where there is none. */
        boolean skipTo(Question question) {
            SampleKey after = question.after();
            while (key.tUs() < question.fromUs() || (after != null && key.compareTo(after) <= 0)) {
                if (!next()) {
                    return false;
                }
            }
            return true;
        }

        Sample sample() {
            return new Sample(
                    definition,
                    key,
                    receivedUs,
                    columns.raw()[at],
                    Quality.of(columns.quality()[at]),
                    late);
        }

        private SampleKey keyAt(int index) {
            return new SampleKey(columns.tUs()[index], boot, seq, columns.place()[index]);
        }
    }

    private static Set<Integer> signals(Connection connection, Set<String> names)
            throws SQLException {
        Set<Integer> ids = new LinkedHashSet<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "select id from signal where name = any (?) order by id")) {
            statement.setArray(1, connection.createArrayOf("text", names.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getInt(1));
                }
            }
        }
        return ids;
    }

    private static Map<Integer, SignalDefinition> definitions(
            Connection connection, Set<String> names) throws SQLException {
        Map<Integer, SignalDefinition> found = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select s.name, d.unit, d.factor, d.physical_offset, d.is_real,
                            d.is_unsigned64, d.catalogue, d.position, d.id
                        from signal s join signal_definition d on d.signal_id = s.id
                        where s.name = any (?)
                        """)) {
            statement.setArray(1, connection.createArrayOf("text", names.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.put(rows.getInt(9), SampleQueries.definitionOf(rows));
                }
            }
        }
        return found;
    }
}
