package dev.driveline.registry.certificate;

import dev.driveline.contract.id.TenantId;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The authorities whose keys this process holds. New certificates come from the newest one of a
 * tenant that is in force, so a successor takes over as soon as it is there, while what its
 * predecessor signed goes on to count until that one is retired. Methods block; thread-safe.
 */
public final class Issuers {

    private final List<Authority> held;
    private final AuthorityRecords records;
    private final Clock clock;

    public Issuers(List<Authority> held, AuthorityRecords records, Clock clock) {
        this.held = List.copyOf(held);
        this.records = records;
        this.clock = clock;
    }

    /** All whose keys are here, whatever became of them. */
    public List<Authority> held() {
        return held;
    }

    /** One whose key is here. */
    public Optional<Authority> held(String id) {
        return held.stream().filter(authority -> authority.id().equals(id)).findFirst();
    }

    /** Those that are in force now. */
    public List<Authority> inForce() {
        Set<String> ids = records.inForce();
        return held.stream().filter(authority -> ids.contains(authority.id())).toList();
    }

    /** Where a tenant's new certificates come from. */
    public Optional<Authority> issuing(TenantId tenant) {
        Instant now = clock.instant();
        return inForce().stream()
                .filter(authority -> authority.tenant().equals(tenant))
                .filter(authority -> now.isBefore(endOf(authority)))
                .max(Comparator.comparing(Issuers::beginOf).thenComparing(Authority::id));
    }

    private static Instant beginOf(Authority authority) {
        return authority.chain().getFirst().getNotBefore().toInstant();
    }

    private static Instant endOf(Authority authority) {
        return authority.chain().getFirst().getNotAfter().toInstant();
    }
}
