package dev.driveline.gateway.uplink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartitionBudgetTest {

    private final PartitionBudget budget = new PartitionBudget(100);
    private final List<String> resumed = new ArrayList<>();

    @Test
    void thereIsRoomUpToTheLimitAndEverythingIsTaken() {
        assertTrue(budget.take(100));
        assertFalse(budget.full());
        assertFalse(budget.take(1));
        assertTrue(budget.full());
        assertEquals(101, budget.bytes());
        budget.give(1);
        assertFalse(budget.full());
    }

    @Test
    void whoStoppedGoesOnAtHalfOfItAndOnce() {
        budget.take(120);
        assertTrue(budget.await(() -> resumed.add("first")));
        assertTrue(budget.await(() -> resumed.add("second")));
        budget.give(69);
        assertEquals(List.of(), resumed, "51 bytes wait");
        budget.give(1);
        assertEquals(List.of("first", "second"), resumed);
        budget.give(50);
        assertEquals(2, resumed.size());
        assertEquals(0, budget.bytes());
    }

    @Test
    void nobodyWaitsWhereThereIsRoomAlready() {
        budget.take(50);
        assertFalse(budget.await(() -> resumed.add("never")));
        budget.take(1);
        budget.give(51);
        assertEquals(List.of(), resumed);
    }

    @Test
    void oneThatGoesOnMayStopAgain() {
        budget.take(101);
        budget.await(() -> {
            budget.take(101);
            budget.await(() -> resumed.add("again"));
        });
        budget.give(101);
        assertEquals(List.of(), resumed);
        budget.give(101);
        assertEquals(List.of("again"), resumed);
    }
}
