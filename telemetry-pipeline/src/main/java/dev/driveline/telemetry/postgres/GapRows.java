package dev.driveline.telemetry.postgres;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.telemetry.v1.Lost;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.batch.BootId;
import dev.driveline.telemetry.sample.StoredBatch;
import dev.driveline.telemetry.sequence.BootGaps;
import dev.driveline.telemetry.sequence.Gap;
import dev.driveline.telemetry.sequence.GapChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes table {@code batch_gap}, and before {@link IntakeRows}: what the numbers of a boot are is
 * compared with what {@code intake} had. A boot that goes on in order costs no more than a look.
 */
final class GapRows {

    private GapRows() {}

    private record Boot(String vin, long boot) {}

    /** What is said of a boot, in the order of the batches. */
    private sealed interface Word {

        long atUs();

        record Received(long seq, long atUs) implements Word {}

        record Told(long upTo, long atUs) implements Word {}

        record Gone(long from, long to, long atUs) implements Word {}
    }

    private record Told(int tenant, List<Word> words) {}

    static GapChange add(Connection connection, TenantNumbers tenants, List<StoredBatch> batches)
            throws SQLException {
        Map<Boot, Told> told = wordsOf(tenants, batches);
        Map<Boot, Long> known = known(connection, told.keySet());
        Set<Boot> changing = new HashSet<>();
        told.forEach((boot, of) -> {
            if (!isInOrder(of.words(), known.getOrDefault(boot, 0L))) {
                changing.add(boot);
            }
        });
        if (changing.isEmpty()) {
            return GapChange.NONE;
        }
        Map<Boot, List<Gap>> before = gaps(connection, changing);
        GapChange change = GapChange.NONE;
        Map<Boot, BootGaps> after = new HashMap<>();
        for (Boot boot : changing) {
            BootGaps gaps =
                    new BootGaps(
                            known.getOrDefault(boot, 0L), before.getOrDefault(boot, List.of()));
            requireNonNull(told.get(boot)).words().forEach(word -> say(gaps, word));
            change = change.plus(gaps.change());
            after.put(boot, gaps);
        }
        write(connection, told, before, after);
        return change;
    }

    private static Map<Boot, Told> wordsOf(TenantNumbers tenants, List<StoredBatch> batches) {
        Map<Boot, Told> told = new HashMap<>();
        for (StoredBatch one : batches) {
            SampleBatch batch = one.batch();
            String vin = one.vin().value();
            int tenant = tenants.of(one.tenant());
            long atUs = batch.getRecvUs();
            say(
                    told,
                    new Boot(vin, one.boot().bits()),
                    tenant,
                    new Word.Received(batch.getSeq(), atUs));
            if (batch.getPrevBootId().size() == BootId.BYTES && batch.getPrevLastSeq() > 0) {
                say(
                        told,
                        new Boot(vin, BootId.of(batch.getPrevBootId()).bits()),
                        tenant,
                        new Word.Told(batch.getPrevLastSeq(), atUs));
            }
            for (Lost lost : batch.getLostList()) {
                say(
                        told,
                        new Boot(vin, BootId.of(lost.getBootId()).bits()),
                        tenant,
                        new Word.Gone(lost.getFrom(), lost.getTo(), atUs));
            }
        }
        return told;
    }

    private static void say(Map<Boot, Told> told, Boot boot, int tenant, Word word) {
        told.computeIfAbsent(boot, _ -> new Told(tenant, new ArrayList<>())).words().add(word);
    }

    private static void say(BootGaps gaps, Word word) {
        switch (word) {
            case Word.Received received -> gaps.received(received.seq(), received.atUs());
            case Word.Told told -> gaps.told(told.upTo(), told.atUs());
            case Word.Gone gone -> gaps.lost(gone.from(), gone.to(), gone.atUs());
        }
    }

    private static boolean isInOrder(List<Word> words, long known) {
        long next = known + 1;
        for (Word word : words) {
            switch (word) {
                case Word.Received received -> {
                    if (received.seq() != next) {
                        return false;
                    }
                    next++;
                }
                case Word.Told told -> {
                    if (told.upTo() >= next) {
                        return false;
                    }
                }
                case Word.Gone _ -> {
                    return false;
                }
            }
        }
        return true;
    }

    private static Map<Boot, Long> known(Connection connection, Collection<Boot> boots)
            throws SQLException {
        Map<Boot, Long> known = new HashMap<>();
        try (PreparedStatement statement =
                        of(
                                connection,
                                """
                                select i.vin, i.boot, greatest(i.highest_seq, i.told_seq)
                                from intake i join unnest(?::text[], ?::bigint[]) as t (vin, boot)
                                    on i.vin = t.vin and i.boot = t.boot
                                """,
                                boots);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                known.put(new Boot(rows.getString(1), rows.getLong(2)), rows.getLong(3));
            }
        }
        return known;
    }

    private static Map<Boot, List<Gap>> gaps(Connection connection, Collection<Boot> boots)
            throws SQLException {
        Map<Boot, List<Gap>> gaps = new HashMap<>();
        try (PreparedStatement statement =
                        of(
                                connection,
                                """
                                select g.from_seq, g.to_seq, g.state, g.since_us, g.changed_us,
                                    g.vin, g.boot
                                from batch_gap g
                                join unnest(?::text[], ?::bigint[]) as t (vin, boot)
                                    on g.vin = t.vin and g.boot = t.boot
                                """,
                                boots);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                gaps.computeIfAbsent(
                                new Boot(rows.getString(6), rows.getLong(7)),
                                _ -> new ArrayList<>())
                        .add(gapOf(rows));
            }
        }
        return gaps;
    }

    /** From columns from, to, state, since, changed. */
    static Gap gapOf(ResultSet row) throws SQLException {
        long changedUs = row.getLong(5);
        Long changed = row.wasNull() ? null : Long.valueOf(changedUs);
        return new Gap(
                row.getLong(1),
                row.getLong(2),
                Gap.State.valueOf(row.getString(3)),
                row.getLong(4),
                changed);
    }

    private static PreparedStatement of(Connection connection, String sql, Collection<Boot> boots)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setArray(
                1, connection.createArrayOf("text", boots.stream().map(Boot::vin).toArray()));
        statement.setArray(
                2, connection.createArrayOf("bigint", boots.stream().map(Boot::boot).toArray()));
        return statement;
    }

    private static void write(
            Connection connection,
            Map<Boot, Told> told,
            Map<Boot, List<Gap>> before,
            Map<Boot, BootGaps> after)
            throws SQLException {
        try (PreparedStatement delete =
                        connection.prepareStatement(
                                """
                                delete from batch_gap
                                where vin = ? and boot = ? and from_seq = ?
                                """);
                PreparedStatement insert =
                        connection.prepareStatement(
                                """
                                insert into batch_gap (vin, boot, from_seq, to_seq, state, since_us,
                                    changed_us, tenant_id)
                                values (?, ?, ?, ?, ?, ?, ?, ?)
                                on conflict (vin, boot, from_seq) do update set
                                    to_seq = excluded.to_seq, state = excluded.state,
                                    since_us = excluded.since_us, changed_us = excluded.changed_us
                                """)) {
            for (var entry : after.entrySet()) {
                Boot boot = entry.getKey();
                BootGaps gaps = entry.getValue();
                int tenant = requireNonNull(told.get(boot)).tenant();
                Map<Long, Gap> old = new HashMap<>();
                before.getOrDefault(boot, List.of()).forEach(gap -> old.put(gap.from(), gap));
                for (Gap gap : gaps.gaps().values()) {
                    if (!gap.equals(old.remove(gap.from()))) {
                        insert(insert, boot, gap, tenant);
                    }
                }
                for (Long from : old.keySet()) {
                    delete.setString(1, boot.vin());
                    delete.setLong(2, boot.boot());
                    delete.setLong(3, from);
                    delete.addBatch();
                }
            }
            delete.executeBatch();
            insert.executeBatch();
        }
        rememberTold(connection, told, after);
    }

    private static void insert(PreparedStatement statement, Boot boot, Gap gap, int tenant)
            throws SQLException {
        statement.setString(1, boot.vin());
        statement.setLong(2, boot.boot());
        statement.setLong(3, gap.from());
        statement.setLong(4, gap.to());
        statement.setString(5, gap.state().name());
        statement.setLong(6, gap.sinceUs());
        Long changed = gap.changedUs();
        if (changed == null) {
            statement.setNull(7, Types.BIGINT);
        } else {
            statement.setLong(7, changed);
        }
        statement.setInt(8, tenant);
        statement.addBatch();
    }

    /** Also of boots of which nothing came: they have a row of zeros then. */
    private static void rememberTold(
            Connection connection, Map<Boot, Told> told, Map<Boot, BootGaps> after)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        insert into intake (vin, boot, highest_seq, batches, late_batches, frames,
                            unknown_frames, unknown_multiplexers, samples, first_recv_us,
                            last_recv_us, tenant_id, told_seq)
                        values (?, ?, 0, 0, 0, 0, 0, 0, 0, ?, ?, ?, ?)
                        on conflict (vin, boot) do update set
                            told_seq = greatest(intake.told_seq, excluded.told_seq)
                        """)) {
            for (var entry : after.entrySet()) {
                Boot boot = entry.getKey();
                Told of = requireNonNull(told.get(boot));
                if (of.words().stream().allMatch(word -> word instanceof Word.Received)) {
                    continue;
                }
                long atUs = of.words().getFirst().atUs();
                statement.setString(1, boot.vin());
                statement.setLong(2, boot.boot());
                statement.setLong(3, atUs);
                statement.setLong(4, atUs);
                statement.setInt(5, of.tenant());
                statement.setLong(6, entry.getValue().known());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }
}
