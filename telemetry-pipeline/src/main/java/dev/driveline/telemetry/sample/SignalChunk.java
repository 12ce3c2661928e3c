package dev.driveline.telemetry.sample;

import dev.driveline.contract.telemetry.v1.SampleBatch;
import java.util.ArrayList;
import java.util.List;

/** All samples of one signal's definition in one batch: what is stored as one row. */
public record SignalChunk(SignalDefinition definition, SignalColumns columns) {

    /**
     * Splits a batch by signal, in the order of the batch's signals; a signal without a sample has
     * no chunk.
     *
     * @throws IllegalArgumentException if the batch's columns do not fit each other
     */
    public static List<SignalChunk> split(SampleBatch batch) {
        SignalColumns[] columns = emptyColumns(batch);
        int[] filled = new int[columns.length];
        SampleCursor cursor = new SampleCursor(batch);
        while (cursor.next()) {
            int at = filled[cursor.signal()]++;
            SignalColumns target = columns[cursor.signal()];
            target.tUs()[at] = cursor.tUs();
            target.place()[at] = cursor.place();
            target.raw()[at] = cursor.raw();
            target.quality()[at] = (byte) cursor.quality();
        }
        List<SignalChunk> chunks = new ArrayList<>(columns.length);
        for (int signal = 0; signal < columns.length; signal++) {
            if (filled[signal] > 0) {
                chunks.add(
                        new SignalChunk(
                                SignalDefinition.of(batch.getSignal(signal), batch.getCatalogue()),
                                columns[signal]));
            }
        }
        return chunks;
    }

    private static SignalColumns[] emptyColumns(SampleBatch batch) {
        int[] counts = new int[batch.getSignalCount()];
        for (int i = 0; i < batch.getIdxCount(); i++) {
            int signal = batch.getIdx(i);
            if (signal < 0 || signal >= counts.length) {
                throw new IllegalArgumentException(
                        "sample " + i + " of a SampleBatch has no signal " + signal);
            }
            counts[signal]++;
        }
        SignalColumns[] columns = new SignalColumns[counts.length];
        for (int signal = 0; signal < counts.length; signal++) {
            int count = counts[signal];
            columns[signal] =
                    new SignalColumns(
                            new long[count], new int[count], new long[count], new byte[count]);
        }
        return columns;
    }
}
