package dev.driveline.command.postgres;

import dev.driveline.command.audit.AuditChain;
import dev.driveline.command.audit.AuditEntry;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Tables {@code audit} and {@code audit_end}: append only, one row a step, chained. */
public final class AuditTable {

    private static final int SALT_BYTES = 16;

    private static final String INSERT =
            """
            INSERT INTO audit (kind, command_id, step, at, vin, tenant, type, state, code, result, late, actor,
                               app, scope, reason, payload_hash, key_id, batch, line, number, hash, personal, salt)
            VALUES (:kind, :subject, :step, :at, :vin, :tenant, :type, :state, :code, :result, :late,
                    :actor, :app, :scope, :reason, :payload, :key, :batch::uuid, :line, :number, :hash, :personal,
                    :salt)
            """;

    private final RandomGenerator random;

    /**
     * @param random for salts: a secure one
     */
    public AuditTable(RandomGenerator random) {
        this.random = random;
    }

    /**
     * A row.
     *
     * @param link null if it is from before there were chains
     */
    public record Row(AuditEntry entry, AuditChain.@Nullable Link link) {}

    /** Where a chain ends. */
    public record End(int line, long number, String hash) {}

    /** Adds entries, each at the end of its chain, which stays locked until the commit. */
    public void append(Handle handle, List<AuditEntry> entries) {
        Map<Chain, List<AuditEntry>> byChain = new TreeMap<>();
        for (AuditEntry entry : entries) {
            Chain chain = new Chain(entry.tenant().value(), AuditChain.lineOf(entry.vin()));
            byChain.computeIfAbsent(chain, _ -> new ArrayList<>()).add(entry);
        }
        byChain.forEach((chain, following) -> append(handle, chain, following));
    }

    /** In one order, so that two transactions never wait for each other. */
    private record Chain(String tenant, int line) implements Comparable<Chain> {

        @Override
        public int compareTo(Chain other) {
            int byTenant = tenant.compareTo(other.tenant);
            return byTenant == 0 ? Integer.compare(line, other.line) : byTenant;
        }
    }

    private void append(Handle handle, Chain chain, List<AuditEntry> entries) {
        End end = locked(handle, chain);
        String hash = end.hash();
        long number = end.number();
        try (PreparedBatch batch = handle.prepareBatch(INSERT)) {
            for (AuditEntry entry : entries) {
                byte[] salt = new byte[SALT_BYTES];
                random.nextBytes(salt);
                AuditChain.Link link =
                        AuditChain.next(
                                chain.line(),
                                ++number,
                                hash,
                                entry,
                                HexFormat.of().formatHex(salt));
                hash = link.hash();
                bind(batch, entry, link);
            }
            var _ = batch.execute();
        }
        handle.createUpdate(
                        "UPDATE audit_end SET number = :number, hash = :hash WHERE tenant = :tenant AND line = :line")
                .bind("number", number)
                .bind("hash", hash)
                .bind("tenant", chain.tenant())
                .bind("line", chain.line())
                .execute();
    }

    private static End locked(Handle handle, Chain chain) {
        return lock(handle, chain)
                .orElseGet(() -> {
                    handle.createUpdate(
                                    """
                                    INSERT INTO audit_end (tenant, line, number, hash) VALUES (:tenant, :line, 0, :beginning)
                                    ON CONFLICT DO NOTHING
                                    """)
                            .bind("tenant", chain.tenant())
                            .bind("line", chain.line())
                            .bind("beginning", AuditChain.BEGINNING)
                            .execute();
                    return lock(handle, chain).orElseThrow();
                });
    }

    private static Optional<End> lock(Handle handle, Chain chain) {
        return handle.createQuery(
                        """
                        SELECT line, number, hash FROM audit_end WHERE tenant = :tenant AND line = :line FOR NO KEY UPDATE
                        """)
                .bind("tenant", chain.tenant())
                .bind("line", chain.line())
                .map(AuditTable::end)
                .findOne();
    }

    private static void bind(PreparedBatch batch, AuditEntry entry, AuditChain.Link link) {
        Vin vin = entry.vin();
        batch.bind("kind", entry.kind().name())
                .bind("subject", entry.subject())
                .bind("step", entry.step())
                .bind("at", entry.at())
                .bind("vin", vin == null ? null : vin.value())
                .bind("tenant", entry.tenant().value())
                .bind("type", entry.type())
                .bind("state", entry.state())
                .bind("code", entry.code())
                .bind("result", entry.result())
                .bind("late", entry.late())
                .bind("actor", entry.actor())
                .bind("app", entry.app())
                .bind("scope", entry.scope())
                .bind("reason", entry.reason())
                .bind("payload", entry.payloadHash())
                .bind("key", entry.keyId())
                .bind("batch", entry.batch())
                .bind("line", link.line())
                .bind("number", link.number())
                .bind("hash", link.hash())
                .bind("personal", link.personal())
                .bind("salt", link.salt())
                .add();
    }

    /** Steps of a command after one, in order. */
    public List<AuditEntry> after(Handle handle, UUID command, int step) {
        return handle.createQuery(
                        "SELECT * FROM audit WHERE command_id = :command AND step > :step ORDER BY step")
                .bind("command", command)
                .bind("step", step)
                .map((row, context) -> entry(row))
                .list();
    }

    /** The number of the last entry of a chain; 0 of an empty one. */
    public long end(Handle handle, TenantId tenant, int line) {
        return handle.createQuery(
                        "SELECT number FROM audit_end WHERE tenant = :tenant AND line = :line")
                .bind("tenant", tenant.value())
                .bind("line", line)
                .mapTo(Long.class)
                .findOne()
                .orElse(0L);
    }

    /** When an entry of a chain was made. */
    public Optional<Instant> at(Handle handle, TenantId tenant, int line, long number) {
        return handle.createQuery(
                        "SELECT at FROM audit WHERE tenant = :tenant AND line = :line AND number = :number")
                .bind("tenant", tenant.value())
                .bind("line", line)
                .bind("number", number)
                .map((row, context) -> CommandTable.instant(row, "at"))
                .findOne();
    }

    /**
     * Steps of a vehicle's commands after a place of its chain. Since the chain's end is locked
     * until the commit, none comes up before those that are read.
     *
     * @param since earlier ones are not looked for
     */
    public List<Row> ofVehicle(
            Handle handle, TenantId tenant, Vin vin, long after, Instant since, int limit) {
        return handle.createQuery(
                        """
                        SELECT * FROM audit
                        WHERE vin = :vin AND at >= :since AND tenant = :tenant AND number > :after AND kind = 'COMMAND'
                        ORDER BY number LIMIT :limit
                        """)
                .bind("vin", vin.value())
                .bind("since", since)
                .bind("tenant", tenant.value())
                .bind("after", after)
                .bind("limit", limit)
                .map(AuditTable::row)
                .list();
    }

    /**
     * What was done in a tenant, in the order of time, after a place.
     *
     * @param vin null for all
     */
    public List<Row> between(
            Handle handle,
            TenantId tenant,
            @Nullable Vin vin,
            Instant from,
            Instant to,
            @Nullable AuditEntry after,
            int limit) {
        return handle.createQuery(
                        """
                        SELECT * FROM audit
                        WHERE tenant = :tenant AND (:vin::text IS NULL OR vin = :vin) AND at >= :from AND at < :to
                          AND (:after::timestamptz IS NULL
                               OR (at, command_id, step) > (:after::timestamptz, :subject::uuid, :step))
                        ORDER BY at, command_id, step LIMIT :limit
                        """)
                .bind("tenant", tenant.value())
                .bind("vin", vin == null ? null : vin.value())
                .bind("from", after == null ? from : after.at())
                .bind("to", to)
                .bind("after", after == null ? null : after.at())
                .bind("subject", after == null ? null : after.subject())
                .bind("step", after == null ? 0 : after.step())
                .bind("limit", limit)
                .map(AuditTable::row)
                .list();
    }

    /** A piece of a chain, after a place. */
    public List<Row> chain(Handle handle, TenantId tenant, int line, long after, int limit) {
        return handle.createQuery(
                        """
                        SELECT * FROM audit WHERE tenant = :tenant AND line = :line AND number > :after
                        ORDER BY number LIMIT :limit
                        """)
                .bind("tenant", tenant.value())
                .bind("line", line)
                .bind("after", after)
                .bind("limit", limit)
                .map(AuditTable::row)
                .list();
    }

    /** The ends of a tenant's chains. */
    public List<End> ends(Handle handle, TenantId tenant) {
        return handle.createQuery(
                        "SELECT line, number, hash FROM audit_end WHERE tenant = :tenant ORDER BY line")
                .bind("tenant", tenant.value())
                .map(AuditTable::end)
                .list();
    }

    /** How many of a tenant's steps stand in no chain. */
    public long unchained(Handle handle, TenantId tenant) {
        return handle.createQuery(
                        "SELECT count(*) FROM audit WHERE tenant = :tenant AND line IS NULL")
                .bind("tenant", tenant.value())
                .mapTo(Long.class)
                .one();
    }

    /** Puts a pseudonym in a vehicle's place; what its results said is gone. */
    public int erase(Handle handle, Vin vin, Vin pseudonym) {
        handle.execute("SELECT set_config('driveline.erasure', 'on', true)");
        int rows =
                handle.createUpdate(
                                """
                                UPDATE audit SET vin = :pseudonym, result = NULL, salt = NULL WHERE vin = :vin
                                """)
                        .bind("pseudonym", pseudonym.value())
                        .bind("vin", vin.value())
                        .execute();
        handle.execute("SELECT set_config('driveline.erasure', '', true)");
        return rows;
    }

    private static End end(ResultSet row, StatementContext context) throws SQLException {
        return new End(row.getInt("line"), row.getLong("number"), row.getString("hash"));
    }

    private static Row row(ResultSet row, StatementContext context) throws SQLException {
        String hash = row.getString("hash");
        return new Row(
                entry(row),
                hash == null
                        ? null
                        : new AuditChain.Link(
                                row.getInt("line"),
                                row.getLong("number"),
                                hash,
                                row.getString("personal"),
                                row.getString("salt")));
    }

    private static AuditEntry entry(ResultSet row) throws SQLException {
        String vin = row.getString("vin");
        return new AuditEntry(
                AuditEntry.Kind.valueOf(row.getString("kind")),
                row.getObject("command_id", UUID.class),
                row.getInt("step"),
                CommandTable.instant(row, "at"),
                TenantId.of(row.getString("tenant")),
                vin == null ? null : Vin.of(vin),
                row.getString("type"),
                row.getString("state"),
                row.getString("code"),
                row.getString("result"),
                row.getBoolean("late"),
                row.getString("actor"),
                row.getString("app"),
                row.getString("scope"),
                row.getString("reason"),
                row.getString("payload_hash"),
                row.getString("key_id"),
                row.getObject("batch", UUID.class));
    }
}
