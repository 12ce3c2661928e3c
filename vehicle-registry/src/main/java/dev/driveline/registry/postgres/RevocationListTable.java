package dev.driveline.registry.postgres;

import dev.driveline.registry.certificate.Authority;
import dev.driveline.registry.certificate.Authority.Revoked;
import dev.driveline.registry.certificate.RevocationList;
import dev.driveline.registry.certificate.RevocationLists;
import dev.driveline.registry.certificate.RevocationReason;
import dev.driveline.store.postgres.Database;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Table {@code revocation_list}. A list is signed when it is asked for and the last one no longer
 * tells the truth, or half of its life is over; what was revoked waits for the row's lock, so that
 * it marks the list that does not have it.
 */
public final class RevocationListTable implements RevocationLists {

    /** An entry stays for so long after its certificate ended: RFC 5280 §3.3 asks for one list. */
    private static final Duration AFTER_END = Duration.ofDays(7);

    private final Database database;
    private final Duration life;
    private final Clock clock;

    /**
     * @param life from a list to its next update
     */
    public RevocationListTable(Database database, Duration life, Clock clock) {
        this.database = database;
        this.life = life;
        this.clock = clock;
    }

    private record Row(RevocationList list, boolean stale) {}

    @Override
    public RevocationList current(Authority authority) {
        return database.transaction(handle -> {
            Row row = row(handle, authority.id(), "");
            if (isFresh(row)) {
                return row.list();
            }
            Row locked = row(handle, authority.id(), "FOR UPDATE");
            return isFresh(locked) ? locked.list() : anew(handle, authority, locked.list());
        });
    }

    /** Marks an authority's list, within the transaction that revoked. */
    static void changed(Handle handle, String authority) {
        handle.createUpdate("UPDATE revocation_list SET stale = true WHERE authority = :id")
                .bind("id", authority)
                .execute();
    }

    private boolean isFresh(Row row) {
        Instant half = row.list().nextUpdate().minus(life.dividedBy(2));
        return !row.stale() && clock.instant().isBefore(half);
    }

    private RevocationList anew(Handle handle, Authority authority, RevocationList last) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        long number = last.number() + 1;
        Instant next = now.plus(life);
        RevocationList made =
                new RevocationList(
                        number,
                        now,
                        next,
                        authority.sign(number, now, next, revoked(handle, authority.id(), now)));
        String sql =
                """
                UPDATE revocation_list
                SET number = :number, this_update = :now, next_update = :next, der = :der,
                    stale = false
                WHERE authority = :id
                """;
        handle.createUpdate(sql)
                .bind("number", number)
                .bind("now", now)
                .bind("next", next)
                .bind("der", made.der())
                .bind("id", authority.id())
                .execute();
        return made;
    }

    private static List<Revoked> revoked(Handle handle, String authority, Instant now) {
        String sql =
                """
                SELECT id, revoked_at, reason FROM certificate
                WHERE authority = :id AND reason IS NOT NULL AND not_after > :since
                ORDER BY id
                """;
        return handle.createQuery(sql)
                .bind("id", authority)
                .bind("since", now.minus(AFTER_END))
                .map((row, _) ->
                        new Revoked(
                                row.getString("id"),
                                row.getTimestamp("revoked_at").toInstant(),
                                RevocationReason.parse(row.getString("reason"))))
                .list();
    }

    private static Row row(Handle handle, String authority, String lock) {
        return handle.createQuery("SELECT * FROM revocation_list WHERE authority = :id " + lock)
                .bind("id", authority)
                .map((row, _) ->
                        new Row(
                                new RevocationList(
                                        row.getLong("number"),
                                        row.getTimestamp("this_update").toInstant(),
                                        row.getTimestamp("next_update").toInstant(),
                                        row.getBytes("der")),
                                row.getBoolean("stale")))
                .one();
    }
}
