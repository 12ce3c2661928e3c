package dev.driveline.runtime.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.testkit.Trials;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CompressionTest {

    @Test
    void whatIsPackedComesBack() {
        Trials.of(4)
                .run(
                        200,
                        random -> {
                            byte[] plain = random.bytes(random.nextInt(5_000));
                            assertArrayEquals(
                                    plain, Compression.unpack(Compression.pack(plain), 5_000));
                        });
    }

    @Test
    void theLimitIsOnWhatComesOut() {
        byte[] packed = Compression.pack(new byte[10_000_000]);
        assertTrue(packed.length < 10_000);
        assertThrows(
                InvalidValueException.class,
                () -> Compression.unpack(packed, Compression.MAX_COLUMNS_BYTES));
        byte[] fits = Compression.pack(new byte[1_000]);
        assertEquals(1_000, Compression.unpack(fits, 1_000).length);
        assertThrows(InvalidValueException.class, () -> Compression.unpack(fits, 999));
    }

    @Test
    void brokenFramesAreInvalidValues() {
        byte[] packed =
                Compression.pack(
                        "some text, some text, some text"
                                .repeat(20)
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Trials.of(5)
                .run(
                        2_000,
                        random -> {
                            byte[] broken = packed.clone();
                            if (random.nextBoolean()) {
                                broken = Arrays.copyOf(broken, random.nextInt(broken.length));
                            } else {
                                broken[random.nextInt(broken.length)] ^=
                                        (byte) (1 << random.nextInt(8));
                            }
                            try {
                                assertTrue(Compression.unpack(broken, 10_000).length <= 10_000);
                            } catch (InvalidValueException _) {
                                // That is the answer to a broken frame.
                            }
                        });
        for (byte[] none : new byte[][] {{}, {1}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}) {
            assertThrows(InvalidValueException.class, () -> Compression.unpack(none, 100));
        }
    }
}
