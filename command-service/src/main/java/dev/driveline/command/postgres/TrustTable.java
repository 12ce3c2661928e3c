package dev.driveline.command.postgres;

import dev.driveline.command.trust.SignedByRoot;
import dev.driveline.contract.config.ConfigMessage.State;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.trust.CommandKeys;
import dev.driveline.contract.trust.TrustAnchors;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** What the command root signed, and what vehicles have of it. */
public final class TrustTable {

    private static final List<String> WHERE_IT_SAYS_NOTHING = List.of("ES256");

    /** What is known of a vehicle's TBox. */
    public record Tbox(List<String> algorithms, @Nullable Long keys) {}

    /** Takes a version that is not there. */
    public void insert(Handle handle, SignedByRoot document, String actor, Instant now) {
        handle.createUpdate(
                        """
                        INSERT INTO signed_by_root (namespace, version, not_after, signed, content, actor, created_at)
                        VALUES (:namespace, :version, :notAfter, :signed, :content, :actor, :now)
                        """)
                .bind("namespace", document.namespace())
                .bind("version", document.version())
                .bind("notAfter", document.notAfter())
                .bind("signed", document.signed())
                .bind("content", document.content())
                .bind("actor", actor)
                .bind("now", now)
                .execute();
    }

    /** The newest versions of a namespace, the newest first. */
    public List<SignedByRoot> newest(Handle handle, SignedByRoot.Kind kind, int atMost) {
        return handle.createQuery(
                        """
                        SELECT namespace, version, not_after, signed, content FROM signed_by_root
                        WHERE namespace = :namespace ORDER BY version DESC LIMIT :most
                        """)
                .bind("namespace", kind.namespace())
                .bind("most", atMost)
                .map((row, context) ->
                        new SignedByRoot(
                                row.getString("namespace"),
                                row.getLong("version"),
                                CommandTable.instant(row, "not_after"),
                                row.getString("signed"),
                                row.getString("content")))
                .list();
    }

    /** Held until the transaction ends, so that versions follow each other. */
    public void lock(Handle handle) {
        handle.execute("LOCK TABLE signed_by_root IN SHARE ROW EXCLUSIVE MODE");
    }

    /** A vehicle says which signatures it can check. */
    public void says(Handle handle, Vin vin, List<String> algorithms) {
        handle.createUpdate(
                        """
                        INSERT INTO tbox (vin, algorithms) VALUES (:vin, :algorithms)
                        ON CONFLICT (vin) DO UPDATE SET algorithms = excluded.algorithms
                        WHERE tbox.algorithms <> excluded.algorithms
                        """)
                .bind("vin", vin.value())
                .bind("algorithms", algorithms.toArray(String[]::new))
                .execute();
    }

    /** A vehicle's last word on what the root signed, a row a namespace. */
    public record Said(
            String namespace, long version, State state, @Nullable String code, Instant at) {}

    public List<Said> said(Handle handle, Vin vin) {
        return handle.createQuery(
                        """
                        SELECT DISTINCT ON (namespace) namespace, version, state, code, at
                        FROM configuration_report
                        WHERE vin = :vin AND namespace IN (:keys, :anchors)
                        ORDER BY namespace, at DESC, version DESC
                        """)
                .bind("vin", vin.value())
                .bind("keys", CommandKeys.NAMESPACE)
                .bind("anchors", TrustAnchors.NAMESPACE)
                .map((row, context) ->
                        new Said(
                                row.getString("namespace"),
                                row.getLong("version"),
                                State.valueOf(row.getString("state")),
                                row.getString("code"),
                                CommandTable.instant(row, "at")))
                .list();
    }

    /** What signatures a vehicle can check, and the version of {@code command.keys} that it has. */
    public Tbox of(Handle handle, Vin vin) {
        return handle.createQuery(
                        """
                        SELECT (SELECT algorithms FROM tbox WHERE vin = :vin) AS algorithms,
                               (SELECT max(version) FROM configuration_report
                                WHERE vin = :vin AND namespace = :namespace AND state = 'APPLIED') AS keys
                        """)
                .bind("vin", vin.value())
                .bind("namespace", CommandKeys.NAMESPACE)
                .map(TrustTable::tbox)
                .one();
    }

    private static Tbox tbox(ResultSet row, StatementContext context) throws SQLException {
        Array algorithms = row.getArray("algorithms");
        List<String> said =
                algorithms == null ? List.of() : List.of((String[]) algorithms.getArray());
        return new Tbox(
                said.isEmpty() ? WHERE_IT_SAYS_NOTHING : said, row.getObject("keys", Long.class));
    }
}
