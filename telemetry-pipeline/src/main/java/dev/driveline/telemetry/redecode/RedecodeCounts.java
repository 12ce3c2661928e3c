package dev.driveline.telemetry.redecode;

/**
 * What a re-decoding has done.
 *
 * @param batches decoded again
 * @param frames in them
 * @param samples that they have now
 * @param passedOver batches left as they were: older than samples are kept, or not accepted by the
 *     pipeline, so that their samples may still be on their way
 */
public record RedecodeCounts(long batches, long frames, long samples, long passedOver) {

    public static final RedecodeCounts NONE = new RedecodeCounts(0, 0, 0, 0);

    /** Both together. */
    public RedecodeCounts plus(RedecodeCounts more) {
        return new RedecodeCounts(
                batches + more.batches,
                frames + more.frames,
                samples + more.samples,
                passedOver + more.passedOver);
    }

    /** Batches that were looked at. */
    public long handled() {
        return batches + passedOver;
    }
}
