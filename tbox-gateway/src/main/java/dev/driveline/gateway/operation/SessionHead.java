package dev.driveline.gateway.operation;

import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.time.Instant;

/**
 * A connection, as far as it never changes.
 *
 * @param certificate issuer hash and serial, as revocations name it
 * @param peer the vehicle's address
 * @param protocol MQTT version, {@code 5} or {@code 3.1.1}
 */
public record SessionHead(
        Vin vin,
        SessionId session,
        TenantId tenant,
        String certificate,
        Instant since,
        String peer,
        String protocol) {}
