package dev.driveline.simulator;

import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.telemetry.v1.Lost;
import dev.driveline.contract.telemetry.v1.Origin;
import java.util.List;

/** Makes batches of what a TBox sees on its buses. One number sequence a boot. Not thread-safe. */
interface Batching {

    /** Where its batches are published. */
    UpTopic topic();

    boolean isEmpty();

    /** Microseconds between the first and the last of the batch at hand. */
    long spanUs();

    boolean isFull();

    /** Adds a frame; a clock that went back is held at the last time. */
    void add(long timeUs, String bus, int id, int flags, byte[] payload, int length);

    /**
     * Ends the batch at hand.
     *
     * @param lost batches that were given up since
     */
    Batcher.Batch finish(Origin origin, List<Lost> lost);
}
