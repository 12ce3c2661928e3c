package dev.driveline.gateway.uplink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.protobuf.ByteString;
import dev.driveline.contract.telemetry.v1.CanBatch;
import dev.driveline.contract.telemetry.v1.Origin;
import dev.driveline.testkit.Trials;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BatchHeadTest {

    private static final ByteString BOOT = ByteString.fromHex("0102030405060708");

    @Test
    void theHeadIsRead() {
        byte[] batch = batch().setOrigin(Origin.ORIGIN_STORED).build().toByteArray();
        assertEquals(new BatchHead("0102030405060708", 41, Origin.ORIGIN_STORED), head(batch));
    }

    @Test
    void withoutAnOriginItIsLive() {
        assertEquals(Origin.ORIGIN_LIVE, head(batch().build().toByteArray()).origin());
    }

    @Test
    void anOriginOfALaterVersionIsLive() {
        byte[] batch = batch().setOriginValue(99).build().toByteArray();
        assertEquals(Origin.ORIGIN_LIVE, head(batch).origin());
    }

    @Test
    void aSequenceNumberMayBeAsLargeAsItIs() {
        byte[] batch = batch().setSeq(Long.MAX_VALUE).build().toByteArray();
        assertEquals(Long.MAX_VALUE, head(batch).seq());
    }

    @Test
    void whatDoesNotBeginLikeABatchHasNoHead() {
        assertNull(head(new byte[0]));
        assertNull(head("{\"schema\":1}".getBytes(StandardCharsets.UTF_8)));
        assertNull(head(CanBatch.newBuilder().setSchema(1).setSeq(1).build().toByteArray()));
        assertNull(head(CanBatch.newBuilder().setBootId(BOOT).build().toByteArray()));
        byte[] whole = CanBatch.newBuilder().setBootId(BOOT).setSeq(41).build().toByteArray();
        assertNull(head(Arrays.copyOf(whole, 5)), "torn");
    }

    @Test
    void noBytesMakeItFail() {
        Trials.of(3)
                .run(
                        20_000,
                        random -> {
                            byte[] bytes =
                                    random.nextBoolean()
                                            ? random.bytes(random.nextInt(60))
                                            : batch().build().toByteArray();
                            if (bytes.length > 0) {
                                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                            }
                            BatchHead head = head(bytes);
                            assertEquals(head, head(bytes));
                        });
    }

    private static CanBatch.Builder batch() {
        return CanBatch.newBuilder().setSchema(1).setBootId(BOOT).setSeq(41);
    }

    private static BatchHead head(byte[] batch) {
        return BatchHead.of(batch);
    }
}
