package dev.driveline.can;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class QualityTest {
    @Test
    void aValueOutsideTheLimitsIsFlagged() {
        Signal signal = Signals.scaled(Signals.intel("A", 0, 11, false), 0.1, 0, 0, 204.7);
        assertEquals(Quality.GOOD, signal.quality(0, Matching.EXACT));
        // 204.70000000000002 as a double: no reason to flag the highest legal value.
        assertEquals(Quality.GOOD, signal.quality(2047, Matching.EXACT));
        assertEquals(Quality.OUT_OF_RANGE, signal.quality(2048, Matching.EXACT));
    }

    @Test
    void equalLimitsAreNone() {
        Signal signal = Signals.intel("A", 0, 8, true);
        assertEquals(Quality.GOOD, signal.quality(-128, Matching.EXACT));
    }

    @Test
    void j1939IndicatorsHoldUnderJ1939Only() {
        Signal sixteen = Signals.intel("A", 0, 16, false);
        assertEquals(Quality.NOT_AVAILABLE, sixteen.quality(0xFFFF, Matching.J1939));
        assertEquals(Quality.NOT_AVAILABLE, sixteen.quality(0xFF12, Matching.J1939));
        assertEquals(Quality.ERROR, sixteen.quality(0xFE00, Matching.J1939));
        assertEquals(Quality.GOOD, sixteen.quality(0xFAFF, Matching.J1939));
        assertEquals(Quality.GOOD, sixteen.quality(0xFFFF, Matching.EXACT));
        Signal two = Signals.intel("A", 0, 2, false);
        assertEquals(Quality.NOT_AVAILABLE, two.quality(3, Matching.J1939));
        assertEquals(Quality.ERROR, two.quality(2, Matching.J1939));
        assertEquals(Quality.GOOD, two.quality(1, Matching.J1939));
        Signal one = Signals.intel("A", 0, 1, false);
        assertEquals(Quality.GOOD, one.quality(1, Matching.J1939));
        Signal whole = Signals.intel("A", 0, 64, false);
        assertEquals(Quality.NOT_AVAILABLE, whole.quality(-1, Matching.J1939));
    }

    @Test
    void aFloatThatIsNoNumberIsNotAvailable() {
        Signal signal = Signals.floating("F", 0, ByteOrder.INTEL, ValueType.FLOAT);
        assertEquals(Quality.NOT_AVAILABLE, signal.quality(Double.NaN));
        assertEquals(Quality.GOOD, signal.quality(1.0));
        Signal limited = Signals.scaled(signal, 1, 0, 0, 0.1);
        assertEquals(Quality.GOOD, limited.quality(0.1f));
        assertEquals(Quality.OUT_OF_RANGE, limited.quality(0.11));
    }
}
