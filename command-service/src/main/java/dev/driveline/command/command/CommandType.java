package dev.driveline.command.command;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of a vehicle; data, read from {@code command/types.json} or a tenant's own.
 *
 * @param domain the actuator; one command of a vehicle and domain is in flight at once
 * @param parameters JSON Schema (2020-12) of the parameters
 * @param defaultTtlS without a wish of the caller
 * @param maxTtlS the most that a caller may wish
 * @param resultWithinS how long after expiry a result is waited for
 * @param toggle its effect depends on the state before; never repeated silently
 * @param supersedes the types of its domain that it takes the place of while they still wait
 * @param precondition in CEL, see {@link Precondition}; null for none
 * @param scope that a caller must have; null for {@code commands:send} or the one for this type
 * @param approval whether a second person must agree
 * @param limits how often it may be asked for
 */
public record CommandType(
        String type,
        String title,
        String domain,
        Map<String, Object> parameters,
        int defaultTtlS,
        int maxTtlS,
        int resultWithinS,
        boolean toggle,
        List<String> supersedes,
        @Nullable String precondition,
        @Nullable String scope,
        boolean approval,
        Limits limits) {

    public CommandType {
        supersedes = Objects.requireNonNullElse(supersedes, List.of());
        limits = Objects.requireNonNullElse(limits, Limits.USUAL);
    }

    /** Commands of the type within a minute. */
    public record Limits(int perVehicle, int perCaller, int perTenant) {

        static final Limits USUAL = new Limits(10, 120, 6_000);
    }

    public Duration resultWithin() {
        return Duration.ofSeconds(resultWithinS);
    }

    public Kind kind() {
        return new Kind(type, domain, toggle, Set.copyOf(supersedes));
    }
}
