package dev.driveline.gateway.session;

import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.vehicle.VehicleSession;
import java.util.List;

/**
 * What a gateway knows of the session that a vehicle left.
 *
 * @param over whether it can no longer be resumed, only removed
 * @param filters as they stand behind {@code v1/{vin}/down/}
 */
public record Resumable(
        SessionId session,
        boolean over,
        List<String> filters,
        List<VehicleSession.Unacknowledged> unacknowledged,
        List<VehicleSession.Received> received) {}
