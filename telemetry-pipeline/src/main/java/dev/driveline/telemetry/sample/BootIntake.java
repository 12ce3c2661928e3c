package dev.driveline.telemetry.sample;

/**
 * What was accepted of one boot of a vehicle's TBox.
 *
 * @param boot of {@code BootId}
 * @param highestSeq of its batches
 * @param batches accepted; what lacks to highestSeq was lost, rejected, or is yet to come
 * @param firstReceivedUs UTC, microseconds since 1970
 */
public record BootIntake(
        long boot,
        long highestSeq,
        long batches,
        long lateBatches,
        long frames,
        long unknownFrames,
        long unknownMultiplexers,
        long samples,
        long firstReceivedUs,
        long lastReceivedUs) {

    /** Numbers up to the highest that were not accepted. */
    public long missingBatches() {
        return highestSeq - batches;
    }

    /** What both count together, of the same boot. */
    public BootIntake plus(BootIntake other) {
        return new BootIntake(
                boot,
                Math.max(highestSeq, other.highestSeq),
                batches + other.batches,
                lateBatches + other.lateBatches,
                frames + other.frames,
                unknownFrames + other.unknownFrames,
                unknownMultiplexers + other.unknownMultiplexers,
                samples + other.samples,
                Math.min(firstReceivedUs, other.firstReceivedUs),
                Math.max(lastReceivedUs, other.lastReceivedUs));
    }
}
