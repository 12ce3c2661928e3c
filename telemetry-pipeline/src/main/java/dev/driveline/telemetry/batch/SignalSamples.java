package dev.driveline.telemetry.batch;

import dev.driveline.contract.telemetry.v1.SignalBatch;
import dev.driveline.contract.telemetry.v1.SignalColumns;
import dev.driveline.contract.telemetry.v1.SignalEntry;
import dev.driveline.contract.telemetry.v1.ValueState;
import java.util.List;

/** The samples of a valid {@code SignalBatch} as the columns in which they came. Immutable. */
public final class SignalSamples implements VehicleBatch {

    private final BatchHead head;
    private final List<SignalEntry> dictionary;
    private final SignalColumns columns;
    private final long spanUs;

    SignalSamples(BatchHead head, SignalBatch batch, SignalColumns columns, long spanUs) {
        this.head = head;
        this.dictionary = batch.getDictionaryList();
        this.columns = columns;
        this.spanUs = spanUs;
    }

    @Override
    public BatchHead head() {
        return head;
    }

    @Override
    public BatchKind kind() {
        return BatchKind.SIGNALS;
    }

    @Override
    public long spanUs() {
        return spanUs;
    }

    /** Samples. */
    public int count() {
        return columns.getIdxCount();
    }

    public List<SignalEntry> dictionary() {
        return dictionary;
    }

    /** Microseconds since the sample before; of the first one since the batch's reference. */
    public long dtUs(int sample) {
        return Integer.toUnsignedLong(columns.getDtUs(sample));
    }

    /** Index into the dictionary. */
    public int entryOf(int sample) {
        return columns.getIdx(sample);
    }

    /** UNRECOGNIZED where a newer TBox has more of them; only VALID has a value. */
    public ValueState state(int sample) {
        return columns.getStateCount() == 0
                ? ValueState.VALUE_STATE_VALID
                : columns.getState(sample);
    }

    /** The values of the four types, each with a cursor of the reader's own. */
    public SignalColumns values() {
        return columns;
    }
}
