package dev.driveline.telemetry.sample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.telemetry.v1.QualityRun;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.contract.telemetry.v1.SampledSignal;
import dev.driveline.testkit.Draw;
import dev.driveline.testkit.Trials;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SignalColumnsTest {

    @Test
    void whatIsPackedComesBack() {
        Trials.of(31)
                .run(
                        2_000,
                        random -> {
                            boolean real = random.nextBoolean();
                            SignalColumns columns = draw(random, 1 + random.nextInt(200), real);
                            SignalColumns back =
                                    SignalColumns.unpack(columns.pack(real), columns.firstUs());
                            assertArrayEquals(columns.tUs(), back.tUs());
                            assertArrayEquals(columns.place(), back.place());
                            assertArrayEquals(columns.raw(), back.raw());
                            assertArrayEquals(columns.quality(), back.quality());
                        });
    }

    private static SignalColumns draw(Draw random, int count, boolean real) {
        SignalColumns columns =
                new SignalColumns(
                        new long[count], new int[count], new long[count], new byte[count]);
        boolean wild = random.nextBoolean();
        boolean good = random.nextBoolean();
        long t = random.nextLong(4_000_000_000_000_000L);
        int place = 0;
        for (int i = 0; i < count; i++) {
            t += random.nextInt(20_000);
            place += 1 + random.nextInt(10);
            columns.tUs()[i] = t;
            columns.place()[i] = place;
            columns.raw()[i] =
                    real
                            ? Double.doubleToRawLongBits(
                                    random.oneIn(9) ? Double.NaN : random.nextDouble())
                            : wild ? random.nextLong() : random.nextInt(100);
            columns.quality()[i] = (byte) (good ? 0 : random.nextInt(5));
        }
        return columns;
    }

    @Test
    void aSteadySignalTakesFewBytes() {
        SignalColumns columns =
                new SignalColumns(new long[100], new int[100], new long[100], new byte[100]);
        for (int i = 0; i < 100; i++) {
            columns.tUs()[i] = 1_533_201_287_000_000L + 10_000L * i;
            columns.place()[i] = 70 * i;
            columns.raw()[i] = 5_000L + i % 3;
        }
        int bytes = columns.pack(false).length;
        assertTrue(bytes <= 405, bytes + " bytes for 100 samples");
    }

    @Test
    void bytesThatAreNoColumnsAreRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> SignalColumns.unpack(new byte[] {2, 1}, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> SignalColumns.unpack(new byte[] {1, 5, 0}, 0));
    }

    /** The samples of a batch, split by signal and put together again by place. */
    @Test
    void splittingABatchLosesAndDoublesNothing() {
        Trials.of(32)
                .run(
                        300,
                        random -> {
                            SampleBatch batch = drawBatch(random);
                            List<String> whole = new ArrayList<>();
                            SampleCursor cursor = new SampleCursor(batch);
                            while (cursor.next()) {
                                whole.add(
                                        line(
                                                batch.getSignal(cursor.signal()).getName(),
                                                cursor.tUs(),
                                                cursor.place(),
                                                cursor.raw(),
                                                cursor.quality()));
                            }
                            assertEquals(whole, joined(SignalChunk.split(batch)));
                        });
    }

    private static List<String> joined(List<SignalChunk> chunks) {
        record Line(int place, String text) {}
        List<Line> lines = new ArrayList<>();
        for (SignalChunk chunk : chunks) {
            SignalColumns columns = chunk.columns();
            for (int i = 0; i < columns.count(); i++) {
                int place = columns.place()[i];
                lines.add(
                        new Line(
                                place,
                                line(
                                        chunk.definition().name(),
                                        columns.tUs()[i],
                                        place,
                                        columns.raw()[i],
                                        columns.quality()[i])));
            }
        }
        return lines.stream().sorted(Comparator.comparingInt(Line::place)).map(Line::text).toList();
    }

    private static String line(String name, long t, int place, long raw, int quality) {
        return name + " " + t + " " + place + " " + raw + " " + quality;
    }

    private static SampleBatch drawBatch(Draw random) {
        SampleBatch.Builder batch = SampleBatch.newBuilder().setT0Us(1_000_000);
        for (int i = 0; i < 4; i++) {
            batch.addSignal(SampledSignal.newBuilder().setName("s" + i).setReal(i == 3));
        }
        int samples = random.nextInt(200);
        for (int i = 0; i < samples; i++) {
            int signal = random.nextInt(4);
            batch.addDtUs(random.nextInt(3) == 0 ? -1 : random.nextInt(1_000)).addIdx(signal);
            if (signal == 3) {
                batch.addReals(random.nextDouble());
            } else {
                batch.addInts(random.nextLong());
            }
        }
        int at = 0;
        while (at < samples) {
            at += random.nextInt(20);
            int count = 1 + random.nextInt(5);
            batch.addQuality(
                    QualityRun.newBuilder()
                            .setFrom(at)
                            .setCount(count)
                            .setQualityValue(1 + random.nextInt(4)));
            at += count;
        }
        return batch.build();
    }

    @Test
    void columnsThatDoNotFitAreRefused() {
        SampleBatch.Builder torn =
                SampleBatch.newBuilder()
                        .addSignal(SampledSignal.newBuilder().setName("s"))
                        .addIdx(0)
                        .addDtUs(1);
        assertThrows(IllegalArgumentException.class, () -> SignalChunk.split(torn.build()));
        assertThrows(
                IllegalArgumentException.class,
                () -> SignalChunk.split(torn.addInts(1).setIdx(0, 1).build()));
    }

    @Test
    void physicalValuesOfUnsignedSixtyFourBitsAreRoundedOnce() {
        SignalDefinition unsigned = new SignalDefinition("s", "", 1, 0, false, true, "c@h", 0);
        assertEquals(1.8446744073709552E19, unsigned.physical(-1));
        assertEquals(7, unsigned.physical(7));
        SignalDefinition real = new SignalDefinition("s", "", 2, 1, true, false, "c@h", 0);
        assertEquals(4, real.physical(Double.doubleToLongBits(1.5)));
    }
}
