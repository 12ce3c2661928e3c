package dev.driveline.registry.postgres;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.registry.certificate.AuthorityRecord;
import dev.driveline.registry.certificate.AuthorityRecord.Kind;
import dev.driveline.registry.certificate.AuthorityRecord.State;
import dev.driveline.registry.certificate.AuthorityRecords;
import dev.driveline.registry.certificate.RevocationReason;
import dev.driveline.store.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Table {@code authority}: the trust anchors that the gateways were told. */
public final class AuthorityTable implements AuthorityRecords {

    /**
     * One key for the lock on what claims VINs: alone for who adds an authority, shared for who
     * adds vehicles.
     */
    private static final String CLAIMS = "authority claims";

    /** Why a vehicle cannot be added. */
    static final String CLAIMED = "another tenant's authority speaks for VINs that begin so";

    private final Database database;
    private final Announcements announcements;
    private final Clock clock;
    private final Function<byte[], String> nameOf;

    /**
     * @param nameOf SHA-256 of the DER name in a certificate in DER, hexadecimal
     */
    public AuthorityTable(
            Database database,
            Announcements announcements,
            Clock clock,
            Function<byte[], String> nameOf) {
        this.database = database;
        this.announcements = announcements;
        this.clock = clock;
        this.nameOf = nameOf;
    }

    /**
     * Tells the gateways to trust an issuing authority, unless they were told already, and prepares
     * its revocation list.
     *
     * @throws IllegalStateException if they were told that it is another tenant's
     */
    public void trust(String id, TenantId tenant, byte[] certificate) {
        String list =
                """
                INSERT INTO revocation_list
                    (authority, number, this_update, next_update, der, stale)
                VALUES (:id, 0, now(), now(), '', true)
                ON CONFLICT DO NOTHING
                """;
        database.run(handle -> {
            boolean added = insert(handle, id, tenant, Kind.ISSUING, List.of(""), certificate);
            if (added) {
                announce(handle, announcements, id);
            }
            mustBe(handle, id, tenant);
            handle.createUpdate(list).bind("id", id).execute();
        });
    }

    private static boolean insert(
            Handle handle,
            String id,
            TenantId tenant,
            Kind kind,
            List<String> prefixes,
            byte[] certificate) {
        String sql =
                """
                INSERT INTO authority (id, tenant, kind, vin_prefixes, certificate, access_version)
                VALUES (:id, :tenant, :kind, :prefixes, :certificate, 0)
                ON CONFLICT DO NOTHING
                """;
        return handle.createUpdate(sql)
                        .bind("id", id)
                        .bind("tenant", tenant.value())
                        .bind("kind", kind.name())
                        .bindArray("prefixes", String.class, prefixes)
                        .bind("certificate", certificate)
                        .execute()
                > 0;
    }

    private static void mustBe(Handle handle, String id, TenantId expected) {
        String tenant =
                handle.createQuery("SELECT tenant FROM authority WHERE id = :id")
                        .bind("id", id)
                        .mapTo(String.class)
                        .one();
        if (!tenant.equals(expected.value())) {
            throw new IllegalStateException(
                    "the authority speaks for %s, not for %s (setting registry.ca.tenant)"
                            .formatted(tenant, expected));
        }
    }

    @Override
    public AuthorityRecord get(TenantId tenant, String id) {
        return database.transaction(handle -> find(handle, tenant, id));
    }

    @Override
    public List<AuthorityRecord> of(TenantId tenant) {
        String sql = "SELECT * FROM authority WHERE tenant = :tenant ORDER BY created_at, id";
        return database.transaction(handle ->
                handle.createQuery(sql)
                        .bind("tenant", tenant.value())
                        .map((row, _) -> recordOf(row))
                        .list());
    }

    @Override
    public Set<String> inForce() {
        return Set.copyOf(
                database.transaction(handle ->
                        handle.createQuery("SELECT id FROM authority WHERE state = 'IN_FORCE'")
                                .mapTo(String.class)
                                .list()));
    }

    @Override
    public AuthorityRecord add(AuthorityRecord foreign) {
        return database.transaction(handle -> {
            handle.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", CLAIMS);
            for (String prefix : foreign.vinPrefixes()) {
                mustBeFree(handle, foreign.tenant(), prefix);
            }
            mustBeNamedOnce(handle, foreign.tenant(), nameOf(foreign));
            boolean added =
                    insert(
                            handle,
                            foreign.id(),
                            foreign.tenant(),
                            foreign.kind(),
                            foreign.vinPrefixes(),
                            foreign.certificate());
            if (!added) {
                throw new InvalidValueException(
                        ErrorCode.ALREADY_EXISTS,
                        "authority",
                        foreign.id(),
                        "is registered, or was: one that ended does not come back");
            }
            announce(handle, announcements, foreign.id());
            return find(handle, foreign.tenant(), foreign.id());
        });
    }

    /**
     * Those of the VINs for which another tenant's authority speaks. No authority comes before the
     * transaction ends.
     */
    static Set<String> claimed(Handle handle, TenantId tenant, List<String> vins) {
        String sql =
                """
                SELECT v.vin FROM unnest(:vins::text[]) AS v (vin)
                WHERE EXISTS (
                    SELECT FROM authority a, unnest(a.vin_prefixes) AS theirs
                    WHERE a.tenant <> :tenant AND a.kind = 'FOREIGN' AND a.state = 'IN_FORCE'
                        AND starts_with(v.vin, theirs)
                )
                """;
        handle.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(?, 0))", CLAIMS);
        return Set.copyOf(
                handle.createQuery(sql)
                        .bindArray("vins", String.class, vins)
                        .bind("tenant", tenant.value())
                        .mapTo(String.class)
                        .list());
    }

    /** An anchor of one tenant must not speak for another's vehicles. */
    private static void mustBeFree(Handle handle, TenantId tenant, String prefix) {
        String sql =
                """
                SELECT EXISTS (
                    SELECT 1 FROM vehicle
                    WHERE tenant <> :tenant AND starts_with(vin, :prefix)
                ) OR EXISTS (
                    SELECT 1 FROM authority, unnest(vin_prefixes) AS theirs
                    WHERE tenant <> :tenant AND kind = 'FOREIGN' AND state = 'IN_FORCE'
                        AND (starts_with(theirs, :prefix) OR starts_with(:prefix, theirs))
                )
                """;
        if (handle.createQuery(sql)
                .bind("tenant", tenant.value())
                .bind("prefix", prefix)
                .mapTo(Boolean.class)
                .one()) {
            throw new InvalidValueException(
                    ErrorCode.CONFLICT, "vinPrefixes", prefix, "is in use by another tenant");
        }
    }

    /** SHA-256 of its DER name, by which the gateways know what it signed. */
    String nameOf(AuthorityRecord authority) {
        return nameOf.apply(authority.certificate());
    }

    /**
     * A revocation names issuer and serial number, so one tenant's must not reach what an authority
     * of another's signed that happens to bear the same name.
     *
     * @param name SHA-256 of a DER name
     * @throws InvalidValueException CONFLICT
     */
    void mustBeNamedOnce(Handle handle, TenantId tenant, String name) {
        String sql =
                "SELECT certificate FROM authority WHERE tenant <> :tenant AND state = 'IN_FORCE'";
        boolean taken =
                handle.createQuery(sql).bind("tenant", tenant.value()).mapTo(byte[].class).stream()
                        .anyMatch(theirs -> nameOf.apply(theirs).equals(name));
        if (taken) {
            throw new InvalidValueException(
                    ErrorCode.CONFLICT,
                    "authority",
                    name,
                    "another tenant's authority has the same name (SHA-256 of the subject)");
        }
    }

    @Override
    public AuthorityRecord retire(TenantId tenant, String id) {
        return database.transaction(handle -> {
            AuthorityRecord before = find(handle, tenant, id, "FOR UPDATE");
            return before.state() == State.IN_FORCE
                    ? end(handle, before, State.RETIRED, null)
                    : before;
        });
    }

    @Override
    public AuthorityRecord revoke(TenantId tenant, String id, RevocationReason reason) {
        return database.transaction(handle -> {
            AuthorityRecord before = find(handle, tenant, id, "FOR UPDATE");
            return before.state() == State.REVOKED
                    ? before
                    : end(handle, before, State.REVOKED, reason);
        });
    }

    private AuthorityRecord end(
            Handle handle, AuthorityRecord before, State state, @Nullable RevocationReason reason) {
        String sql =
                """
                UPDATE authority SET state = :state, reason = :reason, ended_at = :now
                WHERE id = :id
                """;
        handle.createUpdate(sql)
                .bind("state", state.name())
                .bind("reason", reason == null ? null : reason.text())
                .bind("now", clock.instant())
                .bind("id", before.id())
                .execute();
        announce(handle, announcements, before.id());
        return find(handle, before.tenant(), before.id());
    }

    /** Tells the gateways what is true of an authority, whose row is locked. */
    static void announce(Handle handle, Announcements announcements, String id) {
        String sql =
                """
                UPDATE authority SET access_version = greatest(access_version + 1, :floor)
                WHERE id = :id RETURNING *
                """;
        announcements.access(
                handle,
                handle.createQuery(sql)
                        .bind("floor", announcements.floor())
                        .bind("id", id)
                        .map((row, _) -> {
                            AuthorityRecord now = recordOf(row);
                            return new AccessRule.TrustAnchor(
                                    row.getLong("access_version"),
                                    now.state() == State.IN_FORCE
                                            ? AccessRule.State.IN_FORCE
                                            : AccessRule.State.REMOVED,
                                    id,
                                    Base64.getEncoder().encodeToString(now.certificate()),
                                    now.tenant(),
                                    now.vinPrefixes());
                        })
                        .one());
    }

    /**
     * @throws InvalidValueException AUTHORITY_UNKNOWN
     */
    static AuthorityRecord find(Handle handle, TenantId tenant, String id) {
        return find(handle, tenant, id, "");
    }

    private static AuthorityRecord find(Handle handle, TenantId tenant, String id, String lock) {
        String sql = "SELECT * FROM authority WHERE id = :id AND tenant = :tenant ";
        Optional<AuthorityRecord> found =
                handle.createQuery(sql + lock)
                        .bind("id", id)
                        .bind("tenant", tenant.value())
                        .map((row, _) -> recordOf(row))
                        .findOne();
        return found.orElseThrow(() ->
                new InvalidValueException(
                        ErrorCode.AUTHORITY_UNKNOWN, "authority", id, "does not exist"));
    }

    private static AuthorityRecord recordOf(ResultSet row) throws SQLException {
        String reason = row.getString("reason");
        Timestamp endedAt = row.getTimestamp("ended_at");
        return new AuthorityRecord(
                row.getString("id"),
                TenantId.of(row.getString("tenant")),
                Kind.valueOf(row.getString("kind")),
                State.valueOf(row.getString("state")),
                List.of((String[]) row.getArray("vin_prefixes").getArray()),
                row.getBytes("certificate"),
                reason == null ? null : RevocationReason.parse(reason),
                endedAt == null ? null : endedAt.toInstant());
    }
}
