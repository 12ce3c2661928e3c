package dev.driveline.command.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.command.TestRoot;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.trust.CommandKeys;
import dev.driveline.contract.trust.KeyUse;
import dev.driveline.testkit.TestCa;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which key signs, while keys come and go. */
class KeyRingTest {

    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final Instant BEFORE = NOW.minus(Duration.ofDays(30));
    private static final Instant SOON = NOW.plusSeconds(60);
    private static final List<String> ES256 = List.of("ES256");
    private static final KeyPair OLD = TestCa.newKeys();
    private static final KeyPair NEW = TestCa.newKeys();
    private static final KeyPair EDWARDS = TestRoot.edwardsKeys();

    private final List<KeyRing.Held> held =
            List.of(
                    TestRoot.held("old", OLD),
                    TestRoot.held("new", NEW),
                    TestRoot.held("edwards", EDWARDS));

    @Test
    void theKeyThatCameIntoForceLastSigns() throws KeyRing.Unsignable {
        KeyRing ring = ring(version(1, old(), young()));
        assertEquals("new", ring.signer(KeyUse.COMMAND, ES256, null, NOW, SOON).kid());
    }

    @Test
    void aVehicleGetsWhatItsOwnVersionKnows() throws KeyRing.Unsignable {
        KeyRing ring = ring(version(1, old()), version(2, old(), young()), version(3, young()));
        assertEquals(
                "new",
                ring.signer(KeyUse.COMMAND, ES256, 1L, NOW, SOON).kid(),
                "the old one is not trusted any more: the vehicle gets version 3 first");
        ring = ring(version(1, old()), version(2, old(), young()));
        assertEquals("old", ring.signer(KeyUse.COMMAND, ES256, 1L, NOW, SOON).kid());
        assertEquals("new", ring.signer(KeyUse.COMMAND, ES256, 2L, NOW, SOON).kid());
    }

    @Test
    void aNameWithAnotherKeyIsNotKnown() throws KeyRing.Unsignable {
        CommandKeys.Key impostor = TestRoot.key("new", EDWARDS, BEFORE);
        KeyRing ring = ring(version(1, old(), impostor), version(2, old(), young()));
        assertEquals("old", ring.signer(KeyUse.COMMAND, ES256, 1L, NOW, SOON).kid());
    }

    @Test
    void theAlgorithmIsOneThatTheVehicleChecks() throws KeyRing.Unsignable {
        KeyRing ring =
                ring(version(1, old(), TestRoot.key("edwards", EDWARDS, NOW.minusSeconds(1))));
        assertEquals("old", ring.signer(KeyUse.COMMAND, ES256, 1L, NOW, SOON).kid());
        assertEquals(
                "edwards",
                ring.signer(KeyUse.COMMAND, List.of("ES256", "EdDSA"), 1L, NOW, SOON).kid());
    }

    @Test
    void useAndDatesCount() {
        CommandKeys.Key configOnly =
                TestRoot.key("old", OLD, BEFORE, SOON.plusSeconds(60), Set.of(KeyUse.CONFIG));
        CommandKeys.Key ending =
                TestRoot.key("new", NEW, BEFORE, SOON.minusSeconds(1), Set.of(KeyUse.COMMAND));
        KeyRing ring = ring(version(1, configOnly, ending));
        KeyRing.Unsignable missing =
                assertThrows(
                        KeyRing.Unsignable.class,
                        () -> ring.signer(KeyUse.COMMAND, ES256, 1L, NOW, SOON));
        assertTrue(missing.getMessage().contains("no key for COMMAND"), missing.getMessage());
        assertThrows(
                KeyRing.Unsignable.class,
                () ->
                        ring(version(1, TestRoot.key("new", NEW, SOON)))
                                .signer(KeyUse.COMMAND, ES256, 1L, NOW, SOON.plusSeconds(1)));
        assertThrows(
                KeyRing.Unsignable.class,
                () -> ring().signer(KeyUse.COMMAND, ES256, null, NOW, SOON));
    }

    @Test
    void whatIsNotOursIsPassedOver() throws KeyRing.Unsignable {
        CommandKeys.Key foreign = TestRoot.key("foreign", TestCa.newKeys(), NOW.minusSeconds(1));
        KeyRing ring = ring(version(1, old(), foreign));
        assertEquals(Set.of("old"), ring.usable());
        assertEquals("old", ring.signer(KeyUse.COMMAND, ES256, 1L, NOW, SOON).kid());
    }

    @Test
    void anotherPublicHalfIsSaid() {
        InvalidValueException wrong =
                assertThrows(
                        InvalidValueException.class,
                        () -> ring(version(1, TestRoot.key("old", NEW, BEFORE))));
        assertTrue(wrong.getMessage().contains("old"), wrong.getMessage());
    }

    private KeyRing ring(CommandKeys... versions) {
        return new KeyRing(held, List.of(versions));
    }

    private static CommandKeys version(long number, CommandKeys.Key... keys) {
        return TestRoot.keys(number, NOW, keys);
    }

    private static CommandKeys.Key old() {
        return TestRoot.key("old", OLD, BEFORE);
    }

    private static CommandKeys.Key young() {
        return TestRoot.key("new", NEW, NOW.minusSeconds(60));
    }
}
