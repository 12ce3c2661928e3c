package dev.driveline.telemetry.retention;

import dev.driveline.contract.id.TenantId;
import org.jspecify.annotations.Nullable;

/** How long a tenant's samples, or its frames, are kept, by vehicle time. Thread-safe; blocks. */
public interface Retention {

    /**
     * What is in force.
     *
     * @param days that are kept; 0 for none
     * @param own whether the tenant has a number of its own, not the installation's
     */
    record InForce(int days, boolean own) {}

    InForce of(TenantId tenant);

    /**
     * Changes it; what is older goes within the hour.
     *
     * @param days null for the installation's
     */
    void change(TenantId tenant, @Nullable Integer days);
}
