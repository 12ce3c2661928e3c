package dev.driveline.command.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AuditChainTest {

    private static final Vin VIN = Vin.of("WDRV0TESTCMND0001");
    private static final Vin PSEUDONYM = Vin.of("0ERASED0000000001");
    private static final AuditEntry FIRST = entry(1, VIN, "{\"lat\":48.5}", "anna", null);
    private static final AuditEntry SECOND = entry(2, VIN, null, "anna", "why");

    private final AuditChain.Link first = AuditChain.next(3, 1, AuditChain.BEGINNING, FIRST, "a1");
    private final AuditChain.Link second = AuditChain.next(3, 2, first.hash(), SECOND, "b2");

    @Test
    void whatWasWrittenHolds() {
        assertEquals(Optional.empty(), AuditChain.fault(FIRST, first, 1, AuditChain.BEGINNING));
        assertEquals(Optional.empty(), AuditChain.fault(SECOND, second, 2, first.hash()));
    }

    @Test
    void whatIsChangedTakenOutOrPutBetweenDoesNot() {
        fault(entry(1, VIN, "{\"lat\":48.5}", "bert", null), first, 1, "");
        fault(entry(1, VIN, "{\"lat\":48.6}", "anna", null), first, 1, "");
        fault(entry(1, PSEUDONYM, "{\"lat\":48.5}", "anna", null), first, 1, "");
        fault(entry(1, VIN, null, "anna", null), first, 1, "");
        // A field that ends where the next one begins is another text.
        fault(entry(2, VIN, null, "annawhy", null), second, 2, first.hash());
        fault(SECOND, second, 1, AuditChain.BEGINNING);
        fault(SECOND, second, 2, AuditChain.BEGINNING);
        AuditChain.Link moved =
                new AuditChain.Link(4, 2, second.hash(), second.personal(), second.salt());
        fault(SECOND, moved, 2, first.hash());
    }

    @Test
    void anErasedVehicleLeavesTheChainWhole() {
        AuditChain.Link unsalted = new AuditChain.Link(3, 1, first.hash(), first.personal(), null);
        assertEquals(
                Optional.empty(),
                AuditChain.fault(entry(1, PSEUDONYM, null, "anna", null), unsalted, 1, ""));
        fault(entry(1, VIN, null, "anna", null), unsalted, 1, "");
        fault(entry(1, PSEUDONYM, "{}", "anna", null), unsalted, 1, "");
        fault(entry(1, PSEUDONYM, null, "bert", null), unsalted, 1, "");
    }

    private static void fault(AuditEntry entry, AuditChain.Link link, long number, String before) {
        assertTrue(AuditChain.fault(entry, link, number, before).isPresent(), entry.toString());
    }

    private static AuditEntry entry(int step, Vin vin, String result, String actor, String reason) {
        return new AuditEntry(
                AuditEntry.Kind.COMMAND,
                UUID.fromString("0189dd2e-0000-7000-8000-000000000001"),
                step,
                Instant.parse("2026-05-01T12:00:00Z"),
                TenantId.of("acme"),
                vin,
                "vehicle.locate",
                "SUCCEEDED",
                null,
                result,
                false,
                actor,
                null,
                null,
                reason,
                "00",
                "command-1",
                null);
    }
}
