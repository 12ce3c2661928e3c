package dev.driveline.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.runtime.json.Json;
import org.junit.jupiter.api.Test;

class CollectionTest {

    @Test
    void sendsEverythingWithoutADocument() {
        Collection.Filter filter = Collection.EVERYTHING.filter();
        assertTrue(filter.sends("body", 1, 0));
        assertTrue(filter.sends("body", 1, 1));
        assertEquals(1_000, Collection.EVERYTHING.batchMs());
    }

    @Test
    void theLastRuleThatMatchesDecides() {
        Collection.Filter filter =
                Json.read(
                                """
                                {"maxBatchMs":500,"defaultMinIntervalMs":100,
                                 "rules":[{"bus":"body","collect":false},{"bus":"body","id":7,"minIntervalMs":0}]}
                                """,
                                Collection.class)
                        .filter();
        assertFalse(filter.sends("body", 1, 0));
        assertTrue(filter.sends("body", 7, 0));
        assertTrue(filter.sends("body", 7, 1));
        assertTrue(filter.sends("powertrain", 1, 0));
        assertFalse(filter.sends("powertrain", 1, 99_999));
        assertTrue(filter.sends("powertrain", 1, 100_000));
        assertTrue(filter.sends("powertrain", 2, 50_000));
    }
}
