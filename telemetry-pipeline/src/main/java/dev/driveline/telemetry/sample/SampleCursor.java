package dev.driveline.telemetry.sample;

import dev.driveline.contract.telemetry.v1.QualityRun;
import dev.driveline.contract.telemetry.v1.SampleBatch;

/**
 * Reads the samples of a {@code SampleBatch} one after the other, without an object a sample. One
 * thread.
 */
public final class SampleCursor {

    private final SampleBatch batch;
    private int place = -1;
    private int ints;
    private int reals;
    private int run;
    private long tUs;
    private int signal;
    private long raw;

    public SampleCursor(SampleBatch batch) {
        this.batch = batch;
        this.tUs = batch.getT0Us();
    }

    /**
     * Goes to the next sample; false behind the last.
     *
     * @throws IllegalArgumentException if the columns do not fit each other
     */
    public boolean next() {
        if (++place >= batch.getIdxCount()) {
            return false;
        }
        try {
            tUs += Integer.toUnsignedLong(batch.getDtUs(place));
            signal = batch.getIdx(place);
            raw =
                    batch.getSignal(signal).getReal()
                            ? Double.doubleToRawLongBits(batch.getReals(reals++))
                            : batch.getInts(ints++);
        } catch (IndexOutOfBoundsException torn) {
            throw new IllegalArgumentException(
                    "sample " + place + " of a SampleBatch lacks a column", torn);
        }
        while (run < batch.getQualityCount() && place >= endOf(batch.getQuality(run))) {
            run++;
        }
        return true;
    }

    /** In the batch, from 0. */
    public int place() {
        return place;
    }

    /** Vehicle time, microseconds since 1970. */
    public long tUs() {
        return tUs;
    }

    /** Index into the batch's signals. */
    public int signal() {
        return signal;
    }

    /** An integer, or a double's bits. */
    public long raw() {
        return raw;
    }

    /** The number of its quality. */
    public int quality() {
        if (run == batch.getQualityCount()) {
            return 0;
        }
        QualityRun current = batch.getQuality(run);
        return place >= current.getFrom() ? current.getQualityValue() : 0;
    }

    private static int endOf(QualityRun run) {
        return run.getFrom() + run.getCount();
    }
}
