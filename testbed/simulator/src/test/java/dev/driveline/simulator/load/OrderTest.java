package dev.driveline.simulator.load;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class OrderTest {

    @Test
    void aLineIsAWordAndPairs() {
        Order order = Order.parse(" connect ports=1883,1884  rate=500 ");

        assertEquals("connect", order.word());
        assertArrayEquals(new int[] {1883, 1884}, order.ports());
        assertEquals(500, order.number("rate", 0));
        assertEquals(64, order.number("progress", 64));
    }

    @Test
    void whatIsNoPairIsNamed() {
        assertEquals(
                "'quick' is not key=value",
                assertThrows(IllegalArgumentException.class, () -> Order.parse("connect quick"))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> Order.parse("where").text("file"));
    }
}
