package dev.driveline.runtime.auth;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.util.Set;

/** Which vehicles a person was granted. Thread-safe. */
@FunctionalInterface
public interface Grants {

    /**
     * The vehicles for which a person holds a scope now.
     *
     * @throws dev.driveline.runtime.rest.ProblemException UNAVAILABLE while they are not known yet
     */
    Set<Vin> of(TenantId tenant, String subject, Scope scope);
}
