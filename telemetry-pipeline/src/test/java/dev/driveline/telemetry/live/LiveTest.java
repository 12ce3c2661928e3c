package dev.driveline.telemetry.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleKey;
import dev.driveline.telemetry.sample.SignalDefinition;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LiveTest {

    @Test
    void aPositionIsReadBackAndNothingElseIs() {
        LivePosition position = new LivePosition(3, 12_345_678_901L, 42);
        assertEquals("3-12345678901-42", position.toString());
        assertEquals(position, LivePosition.parse("3-12345678901-42"));
        for (String wrong : List.of("", "3-1", "3-1-2-4", "-1-2-3", "a-b-c", "3-1-99999999999")) {
            assertNull(LivePosition.parse(wrong), wrong);
        }
    }

    @Test
    void aWindowKeepsTheNewestOfEachSignal() {
        LatestInWindow window = new LatestInWindow();
        window.add(sample("a", 10, 1));
        window.add(sample("b", 11, 2));
        window.add(sample("a", 12, 3));
        window.add(sample("a", 9, 4));
        assertEquals(List.of(3L, 2L), window.drain().stream().map(Sample::raw).toList());
        assertEquals(List.of(), window.drain());
    }

    private static Sample sample(String name, long t, long raw) {
        return new Sample(
                new SignalDefinition(name, "", 1, 0, false, false, "c@h", 0),
                new SampleKey(t, 1, 1, 0),
                t,
                raw,
                Quality.GOOD,
                false);
    }
}
