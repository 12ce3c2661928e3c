package dev.driveline.registry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.certificate.AuthorityRecord;
import dev.driveline.registry.certificate.AuthorityRecords;
import dev.driveline.registry.certificate.TrustFacts;
import dev.driveline.store.postgres.Database;
import java.util.List;

/** What a chain is judged by: authority, certificate, vehicle. */
public final class TrustTables implements TrustFacts {

    private final Database database;
    private final AuthorityRecords authorities;

    public TrustTables(Database database, AuthorityRecords authorities) {
        this.database = database;
        this.authorities = authorities;
    }

    @Override
    public List<AuthorityRecord> anchors(TenantId tenant) {
        return authorities.of(tenant);
    }

    @Override
    public boolean isRevoked(TenantId tenant, String issuer, String serial) {
        String sql =
                """
                SELECT EXISTS (
                    SELECT 1 FROM certificate
                    WHERE id = :id AND issuer = :issuer AND tenant = :tenant
                        AND reason IS NOT NULL
                ) OR EXISTS (
                    SELECT 1 FROM foreign_certificate
                    WHERE serial = :id AND issuer = :issuer AND tenant = :tenant
                        AND reason IS NOT NULL
                )
                """;
        return database.transaction(handle ->
                handle.createQuery(sql)
                        .bind("id", serial)
                        .bind("issuer", issuer)
                        .bind("tenant", tenant.value())
                        .mapTo(Boolean.class)
                        .one());
    }

    @Override
    public boolean isSuspended(TenantId tenant, Vin vin) {
        String sql = "SELECT state FROM vehicle WHERE vin = :vin AND tenant = :tenant";
        return database.transaction(handle ->
                handle.createQuery(sql)
                        .bind("vin", vin.value())
                        .bind("tenant", tenant.value())
                        .mapTo(String.class)
                        .findOne()
                        .map(state -> isSuspended(VehicleState.valueOf(state)))
                        .orElse(false));
    }

    /** A gateway refuses only what it was told of. */
    private static boolean isSuspended(VehicleState state) {
        return switch (state) {
            case ORDERED, PRODUCED, ACTIVE -> false;
            case SUSPENDED, DECOMMISSIONED -> true;
        };
    }
}
