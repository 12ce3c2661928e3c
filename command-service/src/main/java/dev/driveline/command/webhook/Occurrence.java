package dev.driveline.command.webhook;

import dev.driveline.contract.id.TenantId;

/**
 * Something that a tenant may want to be told.
 *
 * @param name as {@link EventNames}
 */
public record Occurrence(TenantId tenant, String name, CloudEvent event) {}
