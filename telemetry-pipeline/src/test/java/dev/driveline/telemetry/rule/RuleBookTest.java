package dev.driveline.telemetry.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.driveline.contract.id.TenantId;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class RuleBookTest {

    private static final TenantId ACME = TenantId.of("acme");
    private static final String KEY = "acme/a-rule";

    private final RuleBook book = new RuleBook();

    private static RuleFact fact(long version, String condition) {
        return TestRules.fact(version, TestRules.when(condition, 0), Map.of("A", "bus.M.A"));
    }

    @Test
    void aVersionThatComesLateIsIgnored() {
        book.put(fact(2, "value('A') > 2.0"));
        long changes = book.changes();
        book.put(fact(1, "value('A') > 1.0"));
        assertEquals(2, book.of(ACME).iterator().next().fact().version());
        assertEquals(changes, book.changes());
        assertEquals(1, book.inUse());
        assertNull(book.find("acme/another"));
    }

    @Test
    void aRuleThatCannotBeUsedCountsAsDisabled() {
        book.put(fact(1, "value('A') > 1.0"));
        long changes = book.changes();
        assertThrows(IllegalArgumentException.class, () -> book.put(fact(2, "value('B') > 1.0")));
        RuleBook.Entry entry = book.find(KEY);
        assertNotNull(entry);
        assertNull(entry.compiled());
        assertEquals(2, entry.fact().version());
        assertEquals(0, book.inUse());
        assertEquals(changes + 1, book.changes());
    }

    @Test
    void anEnabledRuleIsInUseAtEveryMomentOfItsChange() throws InterruptedException {
        book.put(fact(1, "value('A') > 1.0"));
        AtomicBoolean missed = new AtomicBoolean();
        AtomicBoolean done = new AtomicBoolean();
        Thread reader =
                Thread.ofPlatform()
                        .start(() -> {
                            while (!done.get()) {
                                RuleBook.Entry entry = book.find(KEY);
                                if (entry == null
                                        || entry.compiled() == null
                                        || book.inUse() != 1) {
                                    missed.set(true);
                                }
                            }
                        });
        for (int version = 2; version < 200; version++) {
            book.put(fact(version, "value('A') > 1.0"));
        }
        done.set(true);
        reader.join();
        assertEquals(false, missed.get());
    }
}
