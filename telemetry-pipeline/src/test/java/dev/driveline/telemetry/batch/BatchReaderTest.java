package dev.driveline.telemetry.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.driveline.contract.telemetry.v1.CanBatch;
import dev.driveline.contract.telemetry.v1.CanColumns;
import dev.driveline.contract.telemetry.v1.Codec;
import dev.driveline.contract.telemetry.v1.Lost;
import dev.driveline.contract.vehicle.Rejection;
import dev.driveline.runtime.batch.Compression;
import dev.driveline.testkit.Draw;
import dev.driveline.testkit.Trials;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class BatchReaderTest {

    private static final long T0 = 1_533_201_287_000_000L;

    private static TestBatch valid() {
        return TestBatch.of(7, 3, T0)
                .frame(T0 + 10, "can0", 0x100, 1, 2, 3)
                .frame(T0 + 20, "can1", 0x200, 4)
                .frame(T0 + 20, "can0", 0x100, 5, 6, 7);
    }

    private static CanFrames read(byte[] bytes) {
        return assertInstanceOf(Reading.Usable.class, BatchReader.read(bytes)).frames();
    }

    private static void assertRefused(Rejection reason, String words, byte[] bytes) {
        Reading.Refused refused =
                assertInstanceOf(Reading.Refused.class, BatchReader.read(bytes), reason.name());
        assertEquals(reason, refused.reason(), refused.detail());
        assertTrue(refused.detail().contains(words), refused.detail());
    }

    private static void assertRefused(
            Rejection reason, String words, UnaryOperator<CanBatch.Builder> spoil) {
        assertRefused(reason, words, spoil.apply(valid().builder()).build().toByteArray());
    }

    @Test
    void readsPlainAndPackedColumnsAlike() {
        for (byte[] bytes : List.of(valid().bytes(), valid().packedBytes())) {
            CanFrames frames = read(bytes);
            assertEquals(3, frames.count());
            assertEquals(20, frames.spanUs());
            assertEquals(new BootId(7), frames.head().boot());
            assertEquals(3, frames.head().seq());
            assertEquals("can1", frames.bus(frames.channelOf(1)));
            assertEquals(0x100, frames.id(frames.channelOf(2)));
            assertEquals(0, frames.dtUs(2));
            assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7}, frames.data());
        }
    }

    @Test
    void takesABatchWithoutFrames() {
        assertEquals(0, read(TestBatch.of(1, 1, 0).bytes()).count());
    }

    @Test
    void refusesWhatIsNoBatch() {
        assertRefused(
                Rejection.MALFORMED,
                "CanBatch",
                "this is no protobuf".getBytes(StandardCharsets.UTF_8));
        byte[] torn = valid().bytes();
        assertRefused(Rejection.MALFORMED, "CanBatch", Arrays.copyOf(torn, torn.length - 3));
    }

    @Test
    void refusesAnotherSchema() {
        assertRefused(Rejection.SCHEMA_UNKNOWN, "schema is 2", batch -> batch.setSchema(2));
        assertRefused(Rejection.SCHEMA_UNKNOWN, "schema is 0", new byte[0]);
    }

    @Test
    void refusesHeadsThatBreakTheirRules() {
        Rejection head = Rejection.HEAD_INVALID;
        assertRefused(head, "boot_id has 3", b -> b.setBootId(ByteString.copyFromUtf8("abc")));
        assertRefused(head, "seq is 0", b -> b.setSeq(0));
        assertRefused(head, "seq is 18446744073709551615", b -> b.setSeq(-1));
        assertRefused(head, "t0_us", b -> b.setT0Us(-1));
        assertRefused(head, "t0_us", b -> b.setT0Us(BatchLimits.MAX_TIME_US + 1));
        assertRefused(head, "mono_us", b -> b.setMonoUs(-5));
        assertRefused(
                head, "prev_boot_id has 1", b -> b.setPrevBootId(ByteString.copyFromUtf8("x")));
        assertRefused(head, "expected id@hash", b -> b.setCatalogue("toyota"));
        assertRefused(head, "lost names", b -> b.addLost(Lost.newBuilder().setFrom(1).setTo(2)));
        assertRefused(head, "channel 0 has id 0x800", b -> b.setChannel(0, channel(b, 0x800, 3)));
        assertRefused(head, "channel 0 has len 65", b -> b.setChannel(0, channel(b, 0x100, 65)));
        Lost lost =
                Lost.newBuilder()
                        .setBootId(ByteString.copyFrom(new byte[8]))
                        .setFrom(1)
                        .setTo(1)
                        .build();
        assertRefused(
                head,
                "lost has 1001",
                b -> b.addAllLost(java.util.Collections.nCopies(1_001, lost)));
    }

    private static dev.driveline.contract.telemetry.v1.Channel channel(
            CanBatch.Builder batch, int id, int length) {
        return batch.getChannel(0).toBuilder().setId(id).setLen(length).build();
    }

    @Test
    void refusesABatchThatSpansTooLong() {
        long later = T0 + BatchLimits.MAX_SPAN_US;
        read(TestBatch.of(1, 1, T0).frame(later, "can0", 1, 0).bytes());
        assertRefused(
                Rejection.HEAD_INVALID,
                "at most 600000000",
                TestBatch.of(1, 1, T0).frame(later + 1, "can0", 1, 0).bytes());
    }

    @Test
    void refusesCodecsThatDoNotFit() {
        Rejection codec = Rejection.CODEC_INVALID;
        assertRefused(codec, "expected columns", CanBatch.Builder::clearColumns);
        assertRefused(
                codec, "no packed_columns", b -> b.setPackedColumns(ByteString.copyFromUtf8("x")));
        assertRefused(codec, "expected packed_columns", b -> b.setCodec(Codec.CODEC_ZSTD));
        assertRefused(codec, "codec is 9", b -> b.setCodecValue(9));
        assertRefused(
                codec, "Zstandard", b -> packed(b, "not packed".getBytes(StandardCharsets.UTF_8)));
        assertRefused(codec, "CanColumns", b -> packed(b, Compression.pack(new byte[] {1, 2, 3})));
        assertRefused(
                codec,
                "at most 524288",
                b -> packed(b, Compression.pack(new byte[Compression.MAX_COLUMNS_BYTES + 1])));
        CanColumns large =
                CanColumns.newBuilder()
                        .setData(ByteString.copyFrom(new byte[Compression.MAX_COLUMNS_BYTES]))
                        .build();
        assertRefused(codec, "at most 524288", b -> b.setColumns(large));
    }

    private static CanBatch.Builder packed(CanBatch.Builder batch, byte[] packed) {
        return batch.clearColumns()
                .setCodec(Codec.CODEC_ZSTD)
                .setPackedColumns(ByteString.copyFrom(packed));
    }

    @Test
    void refusesColumnsThatDoNotFitEachOther() {
        Rejection count = Rejection.COUNT_MISMATCH;
        assertRefused(count, "frame_count is 4", b -> b.setFrameCount(4));
        assertRefused(count, "idx 4 values", b -> columns(b, c -> c.addIdx(0)));
        assertRefused(count, "dt_us has 4", b -> columns(b, c -> c.addDtUs(0)));
        assertRefused(count, "there are 2 channels", b -> columns(b, c -> c.setIdx(1, 2)));
        assertRefused(count, "is 4294967295", b -> columns(b, c -> c.setIdx(1, -1)));
        assertRefused(
                count,
                "data has 8 bytes",
                b -> columns(b, c -> c.setData(ByteString.copyFrom(new byte[8]))));
    }

    private static CanBatch.Builder columns(
            CanBatch.Builder batch, UnaryOperator<CanColumns.Builder> spoil) {
        CanColumns spoilt = spoil.apply(batch.getColumns().toBuilder()).build();
        return batch.setColumns(spoilt).setCrc32C(TestBatch.checksum(spoilt));
    }

    @Test
    void refusesAnotherChecksum() {
        assertRefused(Rejection.CRC_MISMATCH, "crc32c is 0x", b -> b.setCrc32C(b.getCrc32C() ^ 1));
        assertRefused(
                Rejection.CRC_MISMATCH,
                "crc32c is 0x",
                b -> b.setColumns(b.getColumns().toBuilder().setDtUs(0, 11)));
    }

    @Test
    void readsWhateverFramesWereWritten() {
        Trials.of(11)
                .run(
                        300,
                        random -> {
                            TestBatch batch = TestBatch.of(random.nextLong(), 1, T0);
                            List<Written> written = write(batch, random);
                            CanFrames frames =
                                    read(
                                            random.nextBoolean()
                                                    ? batch.bytes()
                                                    : batch.packedBytes());
                            assertEquals(written, readAll(frames));
                        });
    }

    private record Written(long tUs, String bus, int id, List<Byte> payload) {}

    private static List<Written> write(TestBatch batch, Draw random) {
        List<Written> written = new ArrayList<>();
        long t = T0;
        int frames = random.nextInt(6_000);
        for (int i = 0; i < frames; i++) {
            t += random.nextInt(100);
            String bus = random.oneOf(List.of("can0", "can1"));
            int id = random.nextInt(20);
            byte[] payload = random.bytes(random.nextInt(9));
            batch.frame(t, bus, id, 0, payload, payload.length);
            written.add(new Written(t, bus, id, boxed(payload, 0, payload.length)));
        }
        return written;
    }

    private static List<Written> readAll(CanFrames frames) {
        List<Written> read = new ArrayList<>();
        long t = frames.head().t0Us();
        int offset = 0;
        for (int i = 0; i < frames.count(); i++) {
            int channel = frames.channelOf(i);
            t += frames.dtUs(i);
            int length = frames.length(channel);
            read.add(
                    new Written(
                            t,
                            frames.bus(channel),
                            frames.id(channel),
                            boxed(frames.data(), offset, length)));
            offset += length;
        }
        return read;
    }

    private static List<Byte> boxed(byte[] bytes, int from, int length) {
        List<Byte> boxed = new ArrayList<>();
        for (int i = from; i < from + length; i++) {
            boxed.add(bytes[i]);
        }
        return boxed;
    }

    @Test
    void answersSpoiltBytesWithAReasonAndNeverFails() {
        byte[][] originals = {valid().bytes(), valid().packedBytes()};
        Trials.of(12)
                .run(
                        20_000,
                        random -> {
                            byte[] bytes = originals[random.nextInt(2)].clone();
                            int spoils = 1 + random.nextInt(4);
                            for (int i = 0; i < spoils; i++) {
                                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                            }
                            int length =
                                    random.oneIn(4) ? random.nextInt(bytes.length) : bytes.length;
                            switch (BatchReader.read(Arrays.copyOf(bytes, length))) {
                                case Reading.Usable usable ->
                                        assertTrue(usable.frames().count() <= 3);
                                case Reading.Refused refused ->
                                        assertTrue(!refused.detail().isBlank());
                            }
                        });
    }
}
