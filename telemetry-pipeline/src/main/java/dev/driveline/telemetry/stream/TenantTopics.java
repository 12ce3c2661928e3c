package dev.driveline.telemetry.stream;

import dev.driveline.contract.id.TenantId;

/** Whether a tenant's own topics are there. Thread-safe; blocks. */
@FunctionalInterface
interface TenantTopics {

    /**
     * Makes them where that is allowed; false where they are missing and must not be made.
     *
     * @throws org.apache.kafka.common.KafkaException if that cannot be found out now
     */
    boolean areThere(TenantId tenant);
}
