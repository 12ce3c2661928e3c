package dev.driveline.telemetry.batch;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.telemetry.v1.CanBatch;
import dev.driveline.contract.telemetry.v1.CanColumns;
import dev.driveline.contract.telemetry.v1.Codec;
import dev.driveline.contract.telemetry.v1.SignalBatch;
import dev.driveline.contract.telemetry.v1.SignalColumns;
import dev.driveline.contract.vehicle.Rejection;
import dev.driveline.runtime.batch.Compression;
import org.jspecify.annotations.Nullable;

/**
 * What both kinds of batch have around their columns, as it came.
 *
 * @param codecNumber also of a codec that this version does not know
 * @param plain null for none
 * @param packed empty for none
 * @param kind of the columns, for a message
 */
record Envelope<C extends MessageLite>(
        int schema,
        HeadFields head,
        Codec codec,
        int codecNumber,
        @Nullable C plain,
        ByteString packed,
        Parser<C> parser,
        String kind) {

    /** What was in it. */
    sealed interface Opened<C> {

        record Found<C>(C columns) implements Opened<C> {}

        /** As {@link Reading.Refused}. */
        record Broken<C>(Rejection reason, String detail) implements Opened<C> {}
    }

    static Envelope<CanColumns> of(CanBatch batch) {
        return new Envelope<>(
                batch.getSchema(),
                HeadFields.of(batch),
                batch.getCodec(),
                batch.getCodecValue(),
                batch.hasColumns() ? batch.getColumns() : null,
                batch.getPackedColumns(),
                CanColumns.parser(),
                "CanColumns");
    }

    static Envelope<SignalColumns> of(SignalBatch batch) {
        return new Envelope<>(
                batch.getSchema(),
                HeadFields.of(batch),
                batch.getCodec(),
                batch.getCodecValue(),
                batch.hasColumns() ? batch.getColumns() : null,
                batch.getPackedColumns(),
                SignalColumns.parser(),
                "SignalColumns");
    }

    /**
     * Checks schema, head and codec, in this order; the first that is broken is the answer.
     *
     * @param dictionaryProblem what is wrong with the channels or the dictionary, which counts as
     *     the last of the head; null for nothing
     */
    Opened<C> open(@Nullable String dictionaryProblem) {
        if (schema != BatchLimits.SCHEMA) {
            return broken(
                    Rejection.SCHEMA_UNKNOWN,
                    "schema is %s, this version knows %d"
                            .formatted(Integer.toUnsignedString(schema), BatchLimits.SCHEMA));
        }
        String problem = HeadRules.problemOf(head);
        if (problem == null) {
            problem = dictionaryProblem;
        }
        if (problem != null) {
            return broken(Rejection.HEAD_INVALID, problem);
        }
        return switch (codec) {
            case CODEC_NONE -> plainOnes();
            case CODEC_ZSTD -> unpacked();
            case UNRECOGNIZED ->
                    broken(
                            Rejection.CODEC_INVALID,
                            "codec is %d, this version knows 0 (none) and 1 (Zstandard)"
                                    .formatted(codecNumber));
        };
    }

    private Opened<C> plainOnes() {
        if (plain == null || !packed.isEmpty()) {
            return broken(
                    Rejection.CODEC_INVALID,
                    "codec is none, expected columns and no packed_columns");
        }
        int bytes = plain.getSerializedSize();
        if (bytes > Compression.MAX_COLUMNS_BYTES) {
            return broken(
                    Rejection.CODEC_INVALID,
                    "columns have %d bytes, at most %d are taken"
                            .formatted(bytes, Compression.MAX_COLUMNS_BYTES));
        }
        return new Opened.Found<>(plain);
    }

    private Opened<C> unpacked() {
        if (plain != null || packed.isEmpty()) {
            return broken(
                    Rejection.CODEC_INVALID,
                    "codec is Zstandard, expected packed_columns and no columns");
        }
        try {
            byte[] bytes = Compression.unpack(packed.toByteArray(), Compression.MAX_COLUMNS_BYTES);
            return new Opened.Found<>(parser.parseFrom(bytes));
        } catch (InvalidValueException spoilt) {
            return broken(Rejection.CODEC_INVALID, "packed_columns: " + spoilt.getMessage());
        } catch (InvalidProtocolBufferException malformed) {
            return broken(
                    Rejection.CODEC_INVALID,
                    "packed_columns hold no " + kind + ": " + malformed.getMessage());
        }
    }

    private static <C> Opened<C> broken(Rejection reason, String detail) {
        return new Opened.Broken<>(reason, detail);
    }
}
