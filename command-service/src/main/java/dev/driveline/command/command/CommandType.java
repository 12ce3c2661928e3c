package dev.driveline.command.command;

import java.time.Duration;
import java.util.Map;

/**
 * What can be asked of a vehicle; data, read from {@code command/types.json}.
 *
 * @param domain the actuator; one command of a vehicle and domain is in flight at once
 * @param parameters JSON Schema of the parameters
 * @param defaultTtlS without a wish of the caller
 * @param maxTtlS the most that a caller may wish
 * @param resultWithinS how long after expiry a result is waited for
 * @param toggle its effect depends on the state before; never repeated silently
 */
public record CommandType(
        String type,
        String title,
        String domain,
        Map<String, Object> parameters,
        int defaultTtlS,
        int maxTtlS,
        int resultWithinS,
        boolean toggle) {

    public Duration resultWithin() {
        return Duration.ofSeconds(resultWithinS);
    }
}
