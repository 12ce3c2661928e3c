package dev.driveline.telemetry.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.driveline.testkit.Trials;
import org.junit.jupiter.api.Test;

final class LogPositionTest {

    @Test
    void aPositionComesBackFromItsText() {
        Trials.of(2)
                .run(
                        200,
                        random -> {
                            long[] next = new long[1 + random.nextInt(300)];
                            for (int i = 0; i < next.length; i++) {
                                next[i] = random.nextLong() >>> (1 + random.nextInt(60));
                            }
                            LogPosition position = LogPosition.of(next);
                            assertEquals(
                                    position, LogPosition.parse(position.toString(), next.length));
                            assertNull(LogPosition.parse(position.toString(), next.length + 1));
                        });
    }

    @Test
    void whatIsNoneIsNone() {
        for (String text : new String[] {"", "!", "AQ", "AgEBAQ", "AAAA", "1-2-3"}) {
            assertNull(LogPosition.parse(text, 2), text);
        }
    }
}
