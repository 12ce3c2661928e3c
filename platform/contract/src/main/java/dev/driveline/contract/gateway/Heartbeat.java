package dev.driveline.contract.gateway;

import dev.driveline.contract.id.RunId;
import java.time.Instant;

/**
 * A record of {@code gateway.heartbeats}, key run id: this run of a gateway lives.
 *
 * <p>A new run in a slot ends the old one at once. {@code ended} is the last word of a run that
 * stopped in order.
 *
 * @param sessions how many sessions it holds
 */
public record Heartbeat(
        RunId run, int slot, Instant startedAt, Instant at, int sessions, boolean ended) {}
