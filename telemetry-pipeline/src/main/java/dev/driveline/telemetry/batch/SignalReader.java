package dev.driveline.telemetry.batch;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.telemetry.v1.SignalBatch;
import dev.driveline.contract.telemetry.v1.SignalColumns;
import dev.driveline.contract.telemetry.v1.ValueState;
import dev.driveline.contract.telemetry.v1.ValueType;
import dev.driveline.contract.vehicle.Rejection;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.json.MalformedJsonException;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads and validates a {@code SignalBatch}, protobuf or, where the first byte is an opening brace,
 * protobuf's JSON: type, schema, head, codec, counts, in this order; the first that is broken is
 * the answer. Without state, any thread.
 */
public final class SignalReader {

    private SignalReader() {}

    public static SignalReading read(byte[] value) {
        SignalBatch batch;
        try {
            batch =
                    value.length > 0 && value[0] == '{'
                            ? ofJson(value)
                            : SignalBatch.parseFrom(value);
        } catch (InvalidProtocolBufferException
                | MalformedJsonException
                | InvalidValueException malformed) {
            return refused(Rejection.MALFORMED, "no SignalBatch: " + malformed.getMessage());
        }
        return switch (Envelope.of(batch).open(dictionaryProblem(batch))) {
            case Envelope.Opened.Found<SignalColumns> found -> check(batch, found.columns());
            case Envelope.Opened.Broken<SignalColumns> broken ->
                    refused(broken.reason(), broken.detail());
        };
    }

    private static @Nullable String dictionaryProblem(SignalBatch batch) {
        return batch.getDictionaryCount() > BatchLimits.MAX_CHANNELS
                ? "dictionary has %d entries, at most %d are taken"
                        .formatted(batch.getDictionaryCount(), BatchLimits.MAX_CHANNELS)
                : null;
    }

    private static SignalBatch ofJson(byte[] value) {
        SignalBatch.Builder batch = SignalBatch.newBuilder();
        ProtobufJson.merge(Json.tree(value), batch);
        return batch.build();
    }

    private static SignalReading check(SignalBatch batch, SignalColumns columns) {
        int samples = columns.getDtUsCount();
        int states = columns.getStateCount();
        if (samples != columns.getIdxCount()
                || samples != batch.getSampleCount()
                || (states != 0 && states != samples)) {
            return refused(
                    Rejection.COUNT_MISMATCH,
                    ("sample_count is %s, dt_us has %d, idx %d and state %d values,"
                                    + " expected equal numbers, or no state")
                            .formatted(
                                    Integer.toUnsignedString(batch.getSampleCount()),
                                    samples,
                                    columns.getIdxCount(),
                                    states));
        }
        Map<ValueType, Integer> values = new EnumMap<>(ValueType.class);
        long spanUs = 0;
        for (int sample = 0; sample < samples; sample++) {
            int entry = columns.getIdx(sample);
            if (entry < 0 || entry >= batch.getDictionaryCount()) {
                return refused(
                        Rejection.COUNT_MISMATCH,
                        "idx of sample %d is %s, the dictionary has %d entries"
                                .formatted(
                                        sample,
                                        Integer.toUnsignedString(entry),
                                        batch.getDictionaryCount()));
            }
            if (states == 0 || columns.getState(sample) == ValueState.VALUE_STATE_VALID) {
                values.merge(batch.getDictionary(entry).getType(), 1, Integer::sum);
            }
            spanUs += Integer.toUnsignedLong(columns.getDtUs(sample));
        }
        String missing = missingValues(columns, values);
        if (missing != null) {
            return refused(Rejection.COUNT_MISMATCH, missing);
        }
        if (spanUs > BatchLimits.MAX_SPAN_US) {
            return refused(
                    Rejection.HEAD_INVALID,
                    "dt_us sum up to %d microseconds, at most %d are taken"
                            .formatted(spanUs, BatchLimits.MAX_SPAN_US));
        }
        BatchHead head = HeadFields.of(batch).head();
        return new SignalReading.Usable(new SignalSamples(head, batch, columns, spanUs));
    }

    private static @Nullable String missingValues(
            SignalColumns columns, Map<ValueType, Integer> expected) {
        for (ValueType type : ValueType.values()) {
            int wanted = expected.getOrDefault(type, 0);
            int actual =
                    switch (type) {
                        case VALUE_TYPE_INT -> columns.getIntsCount();
                        case VALUE_TYPE_DOUBLE -> columns.getDoublesCount();
                        case VALUE_TYPE_BOOL -> columns.getBoolsCount();
                        case VALUE_TYPE_STRING -> columns.getStringsCount();
                        case UNRECOGNIZED -> wanted;
                    };
            if (actual != wanted) {
                return "%d valid samples have type %s, and there are %d values of it"
                        .formatted(wanted, type, actual);
            }
        }
        return null;
    }

    private static SignalReading refused(Rejection reason, String detail) {
        return new SignalReading.Refused(reason, detail);
    }
}
