package dev.driveline.telemetry.intake;

import dev.driveline.contract.telemetry.v1.Origin;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.batch.BatchHead;
import dev.driveline.telemetry.batch.BatchLimits;
import dev.driveline.telemetry.batch.CanFrames;
import dev.driveline.telemetry.fact.CompiledCatalogue;

/**
 * Decodes a batch that was accepted before with a catalogue that somebody names, by the code that
 * decodes it live. Keeps scratch memory between batches; one thread.
 */
public final class Redecoder {

    private final BatchDecoder decoder = new BatchDecoder();

    /**
     * What a batch came to.
     *
     * @param underWay messages whose last frame is yet to come
     */
    public record Redecoded(SampleBatch.Builder batch, byte[] underWay) {}

    /**
     * Decodes all frames.
     *
     * @param t0Us where the batch was placed, UTC, microseconds since 1970; another than its own
     *     statement is an estimate
     * @param receivedUs when the gateway received it
     * @param underWay what the batch before left; empty where there is none
     */
    public Redecoded decode(
            CanFrames frames,
            long t0Us,
            long receivedUs,
            CompiledCatalogue catalogue,
            byte[] underWay) {
        BatchHead head = frames.head();
        boolean estimated = head.t0Us() == 0 || head.t0Us() != t0Us;
        BatchDecoder.Decoded decoded = decoder.decode(frames, t0Us, catalogue, estimated, underWay);
        SampleBatch.Builder batch =
                decoded.batch()
                        .setSchema(BatchLimits.SCHEMA)
                        .setBootId(head.boot().toByteString())
                        .setSeq(head.seq())
                        .setT0Us(t0Us)
                        .setRecvUs(receivedUs);
        if (head.origin() != Origin.UNRECOGNIZED) {
            batch.setOrigin(head.origin());
        }
        return new Redecoded(batch, decoded.underWay());
    }
}
