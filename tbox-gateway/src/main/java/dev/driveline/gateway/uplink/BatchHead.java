package dev.driveline.gateway.uplink;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.driveline.contract.telemetry.v1.CanBatch;
import dev.driveline.contract.telemetry.v1.Origin;
import java.io.IOException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The first fields of a CanBatch or SignalBatch, read without the rest, for the record's headers.
 *
 * <p>Reads no further than it must, and judges nothing: a batch that cannot be used is the
 * pipeline's to reject.
 */
public record BatchHead(String bootId, long seq, Origin origin) {

    /**
     * @return null where the bytes do not begin like a batch
     */
    public static @Nullable BatchHead of(byte[] batch) {
        CodedInputStream in = CodedInputStream.newInstance(batch);
        String bootId = "";
        long seq = 0;
        Origin origin = Origin.ORIGIN_LIVE;
        try {
            int tag = in.readTag();
            while (tag != 0 && WireFormat.getTagFieldNumber(tag) <= CanBatch.ORIGIN_FIELD_NUMBER) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case CanBatch.BOOT_ID_FIELD_NUMBER ->
                            bootId = HexFormat.of().formatHex(in.readByteArray());
                    case CanBatch.SEQ_FIELD_NUMBER -> seq = in.readUInt64();
                    case CanBatch.ORIGIN_FIELD_NUMBER -> {
                        Origin known = Origin.forNumber(in.readEnum());
                        origin = known == null ? Origin.ORIGIN_LIVE : known;
                    }
                    default -> in.skipField(tag);
                }
                tag = in.readTag();
            }
        } catch (IOException notABatch) {
            return null;
        }
        return bootId.isEmpty() || seq == 0 ? null : new BatchHead(bootId, seq, origin);
    }
}
