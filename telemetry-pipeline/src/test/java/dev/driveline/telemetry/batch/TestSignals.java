package dev.driveline.telemetry.batch;

import com.google.protobuf.ByteString;
import dev.driveline.contract.telemetry.v1.Codec;
import dev.driveline.contract.telemetry.v1.SignalBatch;
import dev.driveline.contract.telemetry.v1.SignalColumns;
import dev.driveline.contract.telemetry.v1.SignalEntry;
import dev.driveline.contract.telemetry.v1.ValueState;
import dev.driveline.contract.telemetry.v1.ValueType;
import dev.driveline.runtime.batch.Compression;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes batches of decoded signals as a TBox would; shares no code with their reader. */
public final class TestSignals {

    private final SignalBatch.Builder batch = SignalBatch.newBuilder().setSchema(1);
    private final SignalColumns.Builder columns = SignalColumns.newBuilder();
    private final Map<String, Integer> entries = new LinkedHashMap<>();
    private long lastUs;

    private TestSignals() {}

    public static TestSignals of(long boot, long seq, long t0Us) {
        TestSignals made = new TestSignals();
        made.batch
                .setBootId(ByteString.copyFrom(ByteBuffer.allocate(8).putLong(boot).flip()))
                .setSeq(seq)
                .setT0Us(t0Us);
        made.lastUs = t0Us;
        return made;
    }

    public TestSignals sample(long tUs, String name, double value) {
        columns.addDoubles(value);
        return add(tUs, name, ValueType.VALUE_TYPE_DOUBLE, ValueState.VALUE_STATE_VALID);
    }

    public TestSignals sample(long tUs, String name, long value) {
        columns.addInts(value);
        return add(tUs, name, ValueType.VALUE_TYPE_INT, ValueState.VALUE_STATE_VALID);
    }

    public TestSignals sample(long tUs, String name, boolean value) {
        columns.addBools(value);
        return add(tUs, name, ValueType.VALUE_TYPE_BOOL, ValueState.VALUE_STATE_VALID);
    }

    public TestSignals sample(long tUs, String name, String value) {
        columns.addStrings(value);
        return add(tUs, name, ValueType.VALUE_TYPE_STRING, ValueState.VALUE_STATE_VALID);
    }

    /** Without a value. */
    public TestSignals sample(long tUs, String name, ValueState state) {
        return add(tUs, name, ValueType.VALUE_TYPE_DOUBLE, state);
    }

    private TestSignals add(long tUs, String name, ValueType type, ValueState state) {
        Integer place = entries.get(name + type);
        if (place == null) {
            place = entries.size();
            entries.put(name + type, place);
            batch.addDictionary(SignalEntry.newBuilder().setId(place).setName(name).setType(type));
        }
        columns.addDtUs(Math.toIntExact(tUs - lastUs)).addIdx(place).addState(state);
        lastUs = tUs;
        return this;
    }

    /** To be spoilt by a test. */
    public SignalBatch.Builder builder() {
        return batch.clone().setSampleCount(columns.getIdxCount()).setColumns(columns);
    }

    public byte[] bytes() {
        return builder().build().toByteArray();
    }

    public byte[] packedBytes() {
        return builder()
                .clearColumns()
                .setCodec(Codec.CODEC_ZSTD)
                .setPackedColumns(
                        ByteString.copyFrom(Compression.pack(columns.build().toByteArray())))
                .build()
                .toByteArray();
    }
}
