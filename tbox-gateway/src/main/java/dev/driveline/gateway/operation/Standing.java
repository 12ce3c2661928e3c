package dev.driveline.gateway.operation;

import dev.driveline.contract.id.RunId;
import dev.driveline.gateway.drain.DrainPace;
import dev.driveline.gateway.link.Limits;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway stands.
 *
 * @param sessions vehicles connected now
 * @param serverReference where vehicles are sent when it drains; null for nowhere in particular
 * @param pace of a drain that nobody gave another one
 */
public record Standing(
        RunId run,
        int slot,
        int sessions,
        int maxSessions,
        boolean draining,
        @Nullable String serverReference,
        DrainPace pace,
        Limits limits) {}
