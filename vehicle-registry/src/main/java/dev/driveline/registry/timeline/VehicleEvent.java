package dev.driveline.registry.timeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.UUID;

/**
 * Something that the platform said of a vehicle.
 *
 * @param type one of {@code EventTypes}
 * @param data what the type says
 */
public record VehicleEvent(UUID id, Vin vin, Instant at, String type, JsonNode data) {}
