package dev.driveline.registry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.store.postgres.Database;
import java.util.Base64;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Table {@code authority}: the trust anchors that the gateways were told. */
public final class AuthorityTable {

    private final Database database;
    private final Announcements announcements;

    public AuthorityTable(Database database, Announcements announcements) {
        this.database = database;
        this.announcements = announcements;
    }

    /** An anchor. {@code id}: SHA-256 of the certificate, hexadecimal. */
    public record Anchor(String id, TenantId tenant, byte[] certificate) {}

    /**
     * Tells the gateways to trust an authority, unless they were told already.
     *
     * @throws IllegalStateException if they were told that it is another tenant's
     */
    public void trust(Anchor anchor) {
        String sql =
                """
                INSERT INTO authority (id, tenant, certificate, access_version)
                VALUES (:id, :tenant, :certificate, 0)
                ON CONFLICT DO NOTHING
                """;
        database.run(handle -> {
            int added =
                    handle.createUpdate(sql)
                            .bind("id", anchor.id())
                            .bind("tenant", anchor.tenant().value())
                            .bind("certificate", anchor.certificate())
                            .execute();
            if (added > 0) {
                announce(handle, announcements, anchor.id());
            }
            mustBe(handle, anchor);
        });
    }

    private static void mustBe(Handle handle, Anchor anchor) {
        String tenant =
                handle.createQuery("SELECT tenant FROM authority WHERE id = :id")
                        .bind("id", anchor.id())
                        .mapTo(String.class)
                        .one();
        if (!tenant.equals(anchor.tenant().value())) {
            throw new IllegalStateException(
                    "the authority speaks for %s, not for %s (setting registry.ca.tenant)"
                            .formatted(tenant, anchor.tenant()));
        }
    }

    /** The anchors of a tenant, the oldest first. */
    public List<Anchor> of(TenantId tenant) {
        String sql =
                """
                SELECT id, tenant, certificate FROM authority
                WHERE tenant = :tenant ORDER BY created_at
                """;
        return database.transaction(handle ->
                handle.createQuery(sql)
                        .bind("tenant", tenant.value())
                        .map((row, _) ->
                                new Anchor(
                                        row.getString("id"),
                                        TenantId.of(row.getString("tenant")),
                                        row.getBytes("certificate")))
                        .list());
    }

    static void announce(Handle handle, Announcements announcements, String id) {
        String sql =
                """
                UPDATE authority SET access_version = greatest(access_version + 1, :floor)
                WHERE id = :id RETURNING access_version, tenant, certificate
                """;
        announcements.access(
                handle,
                handle.createQuery(sql)
                        .bind("floor", announcements.floor())
                        .bind("id", id)
                        .map((row, _) ->
                                new AccessRule.TrustAnchor(
                                        row.getLong("access_version"),
                                        AccessRule.State.IN_FORCE,
                                        id,
                                        Base64.getEncoder()
                                                .encodeToString(row.getBytes("certificate")),
                                        TenantId.of(row.getString("tenant")),
                                        List.of("")))
                        .one());
    }
}
