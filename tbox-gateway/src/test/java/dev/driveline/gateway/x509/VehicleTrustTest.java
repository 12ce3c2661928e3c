package dev.driveline.gateway.x509;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.registry.AccessRule.State;
import dev.driveline.gateway.access.AccessTable;
import dev.driveline.gateway.identity.CertificateId;
import dev.driveline.gateway.identity.RefusalReason;
import dev.driveline.gateway.identity.VehicleIdentity;
import dev.driveline.gateway.x509.VehicleTrust.Verdict;
import dev.driveline.testkit.TestAuthority;
import dev.driveline.testkit.TestAuthority.Shape;
import dev.driveline.testkit.TestIdentity;
import dev.driveline.testkit.Trials;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class VehicleTrustTest {

    private static final String VIN = "WDRV0TESTGATE1000";
    private static final String ACME = "acme";

    private final AccessTable table = new AccessTable();
    private final SteppingClock clock = new SteppingClock();
    private final VehicleTrust trust = new VehicleTrust(table, clock);
    private final TestAuthority root = TestAuthority.root("Root");
    private final TestAuthority issuer = root.authority("Issuer", Shape.good());
    private long version;

    /** Time that moves by hand, and something that happens while it is asked for. */
    private static final class SteppingClock extends Clock {
        private Instant now = Instant.now();
        private int calls;
        private int at = -1;
        private Runnable meanwhile = () -> {};

        void atCall(int number, Runnable happens) {
            calls = 0;
            at = number;
            meanwhile = happens;
        }

        @Override
        public Instant instant() {
            if (calls++ == at) {
                meanwhile.run();
            }
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @Test
    void theLeafSpeaksForItsVehicle() {
        anchor(root);
        VehicleIdentity identity = accepted(issuer.vehicle(ACME, VIN).chain());
        assertEquals(Vin.of(VIN), identity.vin());
        assertEquals(root.id(), identity.anchor());
        assertEquals(2, identity.path().size());
    }

    @Test
    void theAnchorMayBePartOfTheChain() {
        anchor(root);
        List<X509Certificate> chain = new ArrayList<>(issuer.vehicle(ACME, VIN).chain());
        chain.add(root.certificate());
        accepted(chain);
    }

    @Test
    void anIntermediateMayBeTheAnchor() {
        anchor(issuer);
        accepted(issuer.vehicle(ACME, VIN).chain());
    }

    @Test
    @DisplayName("trap 16: certificates in the wrong order")
    void wrongOrder() {
        anchor(root);
        List<X509Certificate> chain = new ArrayList<>(issuer.vehicle(ACME, VIN).chain());
        Collections.reverse(chain);
        refused(RefusalReason.PATH, chain);
    }

    @Test
    @DisplayName("trap 16: intermediate missing")
    void intermediateMissing() {
        anchor(root);
        Verdict.Refused refused =
                refused(RefusalReason.PATH, issuer.vehicle(ACME, VIN).chain().subList(0, 1));
        assertTrue(refused.why().contains("CN=Issuer"), refused.why());
        assertTrue(refused.why().contains("none of 1 trust anchors"), refused.why());
        assertEquals(Vin.of(VIN), refused.refusal().claimedVin());
        assertNull(refused.refusal().anchor());
    }

    @Test
    @DisplayName("trap 16: a leaf signed by a leaf")
    void leafSignedByALeaf() {
        anchor(root);
        TestIdentity good = issuer.vehicle(ACME, "WDRV0TESTGATE1001");
        TestAuthority leaf = new TestAuthority(good.certificate(), good.key(), good.chain());
        refused(RefusalReason.PATH, leaf.vehicle(ACME, VIN).chain());
    }

    @Test
    @DisplayName("trap 16: only the leaf identifies, whatever else the chain holds")
    void onlyTheLeafIdentifies() {
        anchor(root);
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(TestAuthority.root("Stranger").vehicle(ACME, VIN).certificate());
        chain.addAll(issuer.vehicle(ACME, VIN).chain());
        refused(RefusalReason.PATH, chain);
    }

    @Test
    @DisplayName("trap 16: an authority's certificate as the leaf")
    void authorityAsLeaf() {
        anchor(root);
        refused(RefusalReason.PATH, issuer.asIdentity().chain());
        refused(RefusalReason.PATH, root.asIdentity().chain());
    }

    @Test
    @DisplayName("trap 16: expired intermediate")
    void expiredIntermediate() {
        anchor(root);
        Instant now = Instant.now();
        Shape expired =
                Shape.good().valid(now.minus(Duration.ofDays(9)), now.minus(Duration.ofDays(1)));
        Verdict.Refused refused =
                refused(
                        RefusalReason.DATE,
                        root.authority("Old", expired).vehicle(ACME, VIN).chain());
        assertTrue(refused.why().contains("CN=Old"), refused.why());
    }

    @Test
    @DisplayName("trap 16: intermediate without CA flag or without keyCertSign")
    void intermediateThatMayNotSign() {
        anchor(root);
        refused(
                RefusalReason.PATH,
                root.authority("A", Shape.good().withoutAuthority()).vehicle(ACME, VIN).chain());
        refused(
                RefusalReason.PATH,
                root.authority("B", Shape.good().withoutSigning()).vehicle(ACME, VIN).chain());
    }

    @Test
    @DisplayName("trap 16: path length violated")
    void pathLength() {
        anchor(root);
        TestAuthority last = root.authority("Last", Shape.good().withPathLength(0));
        accepted(last.vehicle(ACME, VIN).chain());
        refused(
                RefusalReason.PATH,
                last.authority("Below", Shape.good()).vehicle(ACME, VIN).chain());
    }

    @Test
    @DisplayName("trap 16: the anchor's name with another key")
    void anotherKeyWithTheAnchorsName() {
        anchor(root);
        refused(RefusalReason.PATH, TestAuthority.root("Root").vehicle(ACME, VIN).chain());
        refused(
                RefusalReason.PATH,
                TestAuthority.root("Root")
                        .authority("Issuer", Shape.good())
                        .vehicle(ACME, VIN)
                        .chain());
    }

    @Test
    void twoAnchorsOfOneNameWhileAKeyIsRolledOver() {
        TestAuthority next = TestAuthority.root("Root");
        anchor(root);
        anchor(next);
        assertEquals(root.id(), accepted(issuer.vehicle(ACME, VIN).chain()).anchor());
        assertEquals(next.id(), accepted(next.vehicle(ACME, VIN).chain()).anchor());
    }

    @Test
    @DisplayName("trap 16: another tenant's anchor")
    void anotherTenantsAnchor() {
        anchor(root, "other", "");
        refused(RefusalReason.TENANT, issuer.vehicle(ACME, VIN).chain());
        TestAuthority narrow = TestAuthority.root("Narrow");
        anchor(narrow, ACME, "XXX");
        refused(RefusalReason.VIN_PREFIX, narrow.vehicle(ACME, VIN).chain());
    }

    @Test
    @DisplayName("trap 16: a birth authority is no anchor")
    void birthAuthority() {
        anchor(root);
        refused(RefusalReason.PATH, TestAuthority.root("Birth").vehicle(ACME, VIN).chain());
    }

    @Test
    @DisplayName("trap 16: extended key usage missing")
    void noClientAuthentication() {
        anchor(root);
        refused(RefusalReason.KEY_USAGE, issuer.vehicleWithoutUsage(ACME, VIN).chain());
    }

    @Test
    @DisplayName("trap 7: no revocation list and no responder is asked, reachable or not")
    void trap7NothingIsFetched() {
        anchor(root);
        accepted(
                issuer.vehicleWithRevocationAt(ACME, VIN, "http://127.0.0.1:1/unreachable")
                        .chain());
    }

    @Test
    void aChainThatComesBackIsNotValidatedAgain() {
        anchor(root);
        List<X509Certificate> chain = issuer.vehicle(ACME, VIN).chain();
        for (int i = 0; i < 5; i++) {
            accepted(chain);
        }
        assertEquals(1, trust.validations());
        table.apply(suspended(++version, State.IN_FORCE));
        refused(RefusalReason.SUSPENDED, chain);
        table.apply(suspended(++version, State.REMOVED));
        accepted(chain);
        assertEquals(1, trust.validations(), "a suspension says nothing about the path");
    }

    @Test
    void anotherChainWithAKnownLeafIsAnotherPath() {
        anchor(root);
        List<X509Certificate> chain = issuer.vehicle(ACME, VIN).chain();
        accepted(chain);
        refused(
                RefusalReason.PATH,
                List.of(chain.getFirst(), TestAuthority.root("Stranger").certificate()));
        refused(RefusalReason.PATH, chain.subList(0, 1));
    }

    @Test
    void failuresAreNotRemembered() {
        anchor(TestAuthority.root("Unrelated"));
        List<X509Certificate> chain = issuer.vehicle(ACME, VIN).chain();
        refused(RefusalReason.PATH, chain);
        anchor(root);
        accepted(chain);
        assertEquals(1, trust.remembered());
    }

    @Test
    void aRevocationOfAnyCertificateOfThePathEndsIt() {
        anchor(root);
        List<X509Certificate> chain = issuer.vehicle(ACME, VIN).chain();
        List<CertificateId> path = accepted(chain).path();
        for (CertificateId certificate : path) {
            table.apply(revoked(++version, State.IN_FORCE, certificate));
            refused(RefusalReason.REVOKED, chain);
            assertEquals(0, trust.remembered());
            table.apply(revoked(++version, State.REMOVED, certificate));
            accepted(chain);
        }
    }

    @Test
    void anAnchorThatGoesTakesItsPathsWithIt() {
        anchor(root);
        List<X509Certificate> chain = issuer.vehicle(ACME, VIN).chain();
        accepted(chain);
        table.apply(rule(root, State.REMOVED, ACME, ""));
        refused(RefusalReason.PATH, chain);
        anchor(root);
        accepted(chain);
        assertEquals(2, trust.validations());
    }

    @Test
    void aRememberedPathEndsWithItsFirstCertificate() {
        anchor(root);
        Instant end = Instant.now().plus(Duration.ofDays(2));
        TestAuthority brief =
                root.authority("Brief", Shape.good().valid(Instant.now().minusSeconds(60), end));
        List<X509Certificate> chain = brief.vehicle(ACME, VIN).chain();
        accepted(chain);
        clock.now = end.plusSeconds(2);
        refused(RefusalReason.DATE, chain);
        refused(RefusalReason.DATE, chain);
    }

    @Test
    void anAnchorThatCannotBeReadDoesNotTakeTheOthersWithIt() {
        table.apply(
                new AccessRule.TrustAnchor(
                        ++version, State.IN_FORCE, "aa", "AA==", TenantId.of(ACME), List.of("")));
        anchor(root);
        accepted(issuer.vehicle(ACME, VIN).chain());
    }

    /** At whichever step of a verification the revocation comes, it is not missed. */
    @Test
    void aRevocationDuringTheVerificationIsNotMissed() {
        anchor(root);
        Trials.of(16)
                .run(
                        60,
                        random -> {
                            List<X509Certificate> chain = issuer.vehicle(ACME, VIN).chain();
                            CertificateId victim = CertificateIds.of(chain.get(random.nextInt(2)));
                            AtomicInteger applied = new AtomicInteger();
                            clock.atCall(
                                    random.nextInt(2),
                                    () -> {
                                        applied.incrementAndGet();
                                        table.apply(revoked(++version, State.IN_FORCE, victim));
                                    });
                            refused(RefusalReason.REVOKED, chain);
                            refused(RefusalReason.REVOKED, chain);
                            assertNotEquals(0, applied.get());
                            table.apply(revoked(++version, State.REMOVED, victim));
                        });
    }

    private VehicleIdentity accepted(List<X509Certificate> chain) {
        return assertInstanceOf(Verdict.Accepted.class, judge(chain)).identity();
    }

    private Verdict.Refused refused(RefusalReason reason, List<X509Certificate> chain) {
        Verdict.Refused refused = assertInstanceOf(Verdict.Refused.class, judge(chain));
        assertEquals(reason, refused.reason(), refused.why());
        return refused;
    }

    private Verdict judge(List<X509Certificate> chain) {
        return trust.judge(chain.toArray(X509Certificate[]::new));
    }

    private void anchor(TestAuthority authority) {
        anchor(authority, ACME, "");
    }

    private void anchor(TestAuthority authority, String tenant, String prefix) {
        table.apply(rule(authority, State.IN_FORCE, tenant, prefix));
    }

    private AccessRule rule(TestAuthority authority, State state, String tenant, String prefix) {
        try {
            return new AccessRule.TrustAnchor(
                    ++version,
                    state,
                    authority.id(),
                    Base64.getEncoder().encodeToString(authority.certificate().getEncoded()),
                    TenantId.of(tenant),
                    List.of(prefix));
        } catch (CertificateEncodingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static AccessRule revoked(long version, State state, CertificateId certificate) {
        return new AccessRule.RevokedCertificate(
                version, state, certificate.issuer(), certificate.serial(), "keyCompromise");
    }

    private static AccessRule suspended(long version, State state) {
        return new AccessRule.SuspendedVehicle(version, state, Vin.of(VIN));
    }
}
