package dev.driveline.telemetry.postgres;

import dev.driveline.contract.id.TenantId;
import dev.driveline.store.postgres.Database;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The store's numbers of tenants. Thread-safe; what was looked up once is remembered, since a
 * number never changes.
 */
final class TenantNumbers {

    /** Of data that no tenant was named for; nobody reads it. */
    static final int NOBODY = 0;

    private final Database database;
    private final Map<TenantId, Integer> remembered = new ConcurrentHashMap<>();

    TenantNumbers(Database database) {
        this.database = database;
    }

    /** Makes sure that each of these has a number. */
    void learn(Collection<TenantId> tenants) {
        for (TenantId tenant : tenants) {
            if (remembered.containsKey(tenant)) {
                continue;
            }
            database.run(handle ->
                    handle.execute(
                            "insert into tenant (name) values (?) on conflict (name) do nothing",
                            tenant.value()));
            read(tenant);
        }
    }

    /** A tenant's number; {@link #NOBODY} for null and for one that never stored anything. */
    int of(@Nullable TenantId tenant) {
        if (tenant == null) {
            return NOBODY;
        }
        Integer number = remembered.get(tenant);
        return number == null ? read(tenant) : number;
    }

    private int read(TenantId tenant) {
        int number =
                database.transaction(handle ->
                        handle.createQuery("select id from tenant where name = :name")
                                .bind("name", tenant.value())
                                .mapTo(Integer.class)
                                .findOne()
                                .orElse(NOBODY));
        if (number != NOBODY) {
            remembered.put(tenant, number);
        }
        return number;
    }
}
