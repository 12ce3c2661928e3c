package dev.driveline.telemetry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.telemetry.http.Cursors.HistoryPlace;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.testkit.Trials;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CursorsTest {

    @Test
    void aCursorIsReadBack() {
        Trials.of(41)
                .run(
                        1_000,
                        random -> {
                            HistoryPlace place =
                                    new HistoryPlace(
                                            random.nextLong(),
                                            random.nextLong(),
                                            new SampleKey(
                                                    random.nextLong(),
                                                    random.nextLong(),
                                                    random.nextLong(Long.MAX_VALUE),
                                                    random.nextInt(Integer.MAX_VALUE)));
                            assertEquals(place, Cursors.toHistory(Cursors.ofHistory(place)));
                        });
        assertEquals("can0.Ö.x y", Cursors.toName(Cursors.ofName("can0.Ö.x y")));
    }

    @Test
    void anythingElseIsRefused() {
        String name = Cursors.ofName("a");
        String history = Cursors.ofHistory(new HistoryPlace(1, 2, new SampleKey(3, 4, 5, 6)));
        for (String wrong : List.of("", "%%%", "AQ", name, history + "AA", "zzzz")) {
            assertThrows(InvalidValueException.class, () -> Cursors.toHistory(wrong), wrong);
        }
        assertThrows(InvalidValueException.class, () -> Cursors.toName(history));
    }
}
