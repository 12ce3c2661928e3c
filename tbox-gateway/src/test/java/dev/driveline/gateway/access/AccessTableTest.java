package dev.driveline.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.registry.AccessRule.State;
import dev.driveline.gateway.access.AccessTable.Change;
import dev.driveline.gateway.identity.CertificateId;
import dev.driveline.gateway.identity.RefusalReason;
import dev.driveline.gateway.identity.VehicleIdentity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AccessTableTest {

    private static final Vin VIN = Vin.of("WDRV0TESTGATE1000");
    private static final TenantId ACME = TenantId.of("acme");
    private static final VehicleIdentity IDENTITY =
            new VehicleIdentity(
                    VIN,
                    ACME,
                    "a1",
                    List.of(new CertificateId("i1", "1"), new CertificateId("root", "2")),
                    Instant.parse("2030-01-01T00:00:00Z"));

    private final AccessTable table = new AccessTable();

    @Test
    void withoutAnAnchorNobodyIsTrusted() {
        assertEquals(RefusalReason.PATH, table.objection(IDENTITY));
        table.apply(anchor(1, State.IN_FORCE, "acme", ""));
        assertNull(table.objection(IDENTITY));
        assertTrue(table.anchor("a1").isPresent());
        assertEquals(1, table.anchors().size());
        assertEquals(Change.NARROWED, table.apply(anchor(2, State.REMOVED, "acme", "")));
        assertEquals(RefusalReason.PATH, table.objection(IDENTITY));
        assertTrue(table.anchor("a1").isEmpty());
    }

    @Test
    void anAnchorThatChangesTakesTrustAway() {
        table.apply(anchor(1, State.IN_FORCE, "acme", "WDRV"));
        assertNull(table.objection(IDENTITY));
        assertEquals(Change.NARROWED, table.apply(anchor(2, State.IN_FORCE, "acme", "XXXX")));
        assertEquals(RefusalReason.VIN_PREFIX, table.objection(IDENTITY));
        assertEquals(Change.NARROWED, table.apply(anchor(3, State.IN_FORCE, "other", "WDRV")));
        assertEquals(RefusalReason.TENANT, table.objection(IDENTITY));
    }

    @Test
    void aRevokedCertificateAnywhereOnThePathIsRefused() {
        table.apply(anchor(1, State.IN_FORCE, "acme", ""));
        assertEquals(Change.NARROWED, table.apply(revoked(1, State.IN_FORCE, "root", "2")));
        assertEquals(RefusalReason.REVOKED, table.objection(IDENTITY));
        assertEquals(Change.WIDENED, table.apply(revoked(2, State.REMOVED, "root", "2")));
        assertNull(table.objection(IDENTITY));
        table.apply(revoked(1, State.IN_FORCE, "i1", "2"));
        assertNull(table.objection(IDENTITY), "another issuer's serial");
    }

    @Test
    void aSuspendedVehicleIsRefusedUntilItIsLetGo() {
        table.apply(anchor(1, State.IN_FORCE, "acme", ""));
        assertEquals(Change.NARROWED, table.apply(suspended(7, State.IN_FORCE)));
        assertEquals(RefusalReason.SUSPENDED, table.objection(IDENTITY));
        assertEquals(Change.WIDENED, table.apply(suspended(8, State.REMOVED)));
        assertNull(table.objection(IDENTITY));
    }

    @Test
    void aReplayedRuleGivesNoTrustBack() {
        table.apply(anchor(1, State.IN_FORCE, "acme", ""));
        table.apply(suspended(5, State.REMOVED));
        table.apply(suspended(6, State.IN_FORCE));
        assertEquals(Change.NONE, table.apply(suspended(5, State.REMOVED)));
        assertEquals(Change.NONE, table.apply(suspended(6, State.REMOVED)), "the same version");
        assertEquals(RefusalReason.SUSPENDED, table.objection(IDENTITY));
        table.apply(anchor(2, State.REMOVED, "acme", ""));
        assertEquals(Change.NONE, table.apply(anchor(1, State.IN_FORCE, "acme", "")));
        assertEquals(RefusalReason.PATH, table.objection(IDENTITY));
    }

    @Test
    void versionsAreCountedForEachRuleAlone() {
        table.apply(anchor(100, State.IN_FORCE, "acme", ""));
        assertEquals(Change.NARROWED, table.apply(suspended(1, State.IN_FORCE)));
        assertEquals(Change.NARROWED, table.apply(revoked(1, State.IN_FORCE, "i1", "1")));
        assertEquals(
                Map.of("anchors", 1, "certificates", 1, "vehicles", 1, "topics", 0, "limits", 0),
                table.sizes());
        assertEquals(
                "AccessTable[anchors=1, certificates=1, limits=0, topics=0, vehicles=1]",
                table.toString());
    }

    @Test
    void aRemovalThatComesFirstIsKept() {
        assertEquals(Change.WIDENED, table.apply(suspended(3, State.REMOVED)));
        assertEquals(Change.NONE, table.apply(suspended(2, State.IN_FORCE)));
    }

    private static AccessRule anchor(long version, State state, String tenant, String prefix) {
        return new AccessRule.TrustAnchor(
                version, state, "a1", "AA==", TenantId.of(tenant), List.of(prefix));
    }

    private static AccessRule revoked(long version, State state, String issuer, String serial) {
        return new AccessRule.RevokedCertificate(version, state, issuer, serial, "unspecified");
    }

    private static AccessRule suspended(long version, State state) {
        return new AccessRule.SuspendedVehicle(version, state, VIN);
    }
}
