package dev.driveline.gateway.uplink;

import java.util.ArrayList;
import java.util.List;

/**
 * Bytes on their way to one Kafka partition, and who stopped reading because there were too many.
 *
 * <p>A stalled partition holds its own vehicles only. Thread-safe; cheap while not full.
 */
public final class PartitionBudget {

    private final long maxBytes;
    private final long resumeBytes;
    private final List<Runnable> stopped = new ArrayList<>();
    private long bytes;

    /**
     * @param maxBytes beyond it a vehicle of this partition is not read; it goes on at half of it
     */
    public PartitionBudget(long maxBytes) {
        this.maxBytes = maxBytes;
        this.resumeBytes = maxBytes / 2;
    }

    /** Takes {@code size} bytes; they are always taken, the answer says whether to read on. */
    public synchronized boolean take(int size) {
        bytes += size;
        return bytes <= maxBytes;
    }

    /** Whether something that may be dropped must be. */
    public synchronized boolean full() {
        return bytes > maxBytes;
    }

    /**
     * Leaves word for when there is room again.
     *
     * @return false if there is room already; {@code resume} is not kept then
     */
    public synchronized boolean await(Runnable resume) {
        if (bytes <= resumeBytes) {
            return false;
        }
        stopped.add(resume);
        return true;
    }

    /** Kafka has them, or never will. */
    public void give(int size) {
        List<Runnable> resumed;
        synchronized (this) {
            bytes -= size;
            if (bytes > resumeBytes || stopped.isEmpty()) {
                return;
            }
            resumed = new ArrayList<>(stopped);
            stopped.clear();
        }
        resumed.forEach(Runnable::run);
    }

    public synchronized long bytes() {
        return bytes;
    }
}
