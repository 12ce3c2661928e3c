package dev.driveline.registry.x509;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.registry.certificate.AuthorityRecord;
import dev.driveline.registry.certificate.AuthorityRecord.State;
import dev.driveline.registry.certificate.ChainVerdict;
import dev.driveline.registry.certificate.ChainVerdict.Rule;
import dev.driveline.registry.certificate.TrustFacts;
import dev.driveline.testkit.TestAuthority;
import dev.driveline.testkit.TestCa;
import dev.driveline.testkit.TestIdentity;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class HandshakeDoctorTest {

    private static final TenantId DEMO = TenantId.of("demo");
    private static final String VIN = "WDRV0TESTREG10004";

    private final TestCa ca = TestCa.create();
    private final FakeFacts facts = new FakeFacts();
    private final HandshakeDoctor doctor = new HandshakeDoctor(facts, Clock.systemUTC());

    HandshakeDoctorTest() {
        facts.trust(ca.intermediate(), State.IN_FORCE, List.of(""));
    }

    @Test
    void takesWhatAGatewayTakes() {
        ChainVerdict verdict = expect(Rule.ALL, ca.vehicle("demo", VIN));
        assertTrue(verdict.accepted());
        assertEquals(Vin.of(VIN), verdict.vin());
        assertEquals(Fingerprints.of(ca.intermediate()), verdict.anchor());
        assertEquals(2, verdict.chain().size());
    }

    @Test
    void namesTheRuleThatDecides() {
        expect(Rule.DATE, ca.expiredVehicle("demo", VIN));
        expect(Rule.DATE, ca.notYetValidVehicle("demo", VIN));
        expect(Rule.KEY_USAGE, ca.vehicleWithServerUsage("demo", VIN));
        expect(Rule.SUBJECT_NAME, ca.vehicleWithoutVin("demo", VIN));
        expect(Rule.SUBJECT_NAME, ca.vehicleWithTwoVins("demo", VIN, "WDRV0TESTREG10005"));
        expect(
                Rule.SUBJECT_NAME,
                ca.leaf()
                        .organization("demo")
                        .forClients()
                        .uri("urn:vin:WDRV0%54ESTREG100")
                        .issue());
        expect(Rule.TENANT, ca.vehicle("other", VIN));
        expect(Rule.TENANT, ca.vehicleWithoutTenant(VIN));
        expect(Rule.PATH, TestCa.create().vehicle("demo", VIN));
        assertEquals(
                Rule.PATH,
                doctor.explain(DEMO, List.of(ca.intermediate())).rule(),
                "an authority is no vehicle");
    }

    @Test
    void aForeignAuthoritySpeaksForItsVins() {
        TestAuthority root = TestAuthority.root("Automaker");
        TestIdentity vehicle =
                root.authority("Plant", TestAuthority.Shape.good()).vehicle("demo", VIN);
        HandshakeDoctor theirs = doctorTrusting(root, List.of("WDR", "WDX"));
        assertEquals(Rule.ALL, theirs.explain(DEMO, vehicle.chain()).rule());
        assertEquals(
                Rule.VIN_PREFIX,
                doctorTrusting(root, List.of("LSV")).explain(DEMO, vehicle.chain()).rule());
        ChainVerdict alone = theirs.explain(DEMO, List.of(vehicle.certificate()));
        assertEquals(Rule.PATH, alone.rule());
        assertTrue(alone.advice().contains("intermediate"), alone.advice());
        List<X509Certificate> wrongOrder = new ArrayList<>(vehicle.chain());
        Collections.reverse(wrongOrder);
        assertEquals(Rule.PATH, theirs.explain(DEMO, wrongOrder).rule());
    }

    @Test
    void exceptionsComeLast() {
        TestIdentity vehicle = ca.vehicle("demo", VIN);
        facts.suspended = true;
        expect(Rule.SUSPENDED, vehicle);
        facts.revoked = vehicle.certificate().getSerialNumber().toString(16);
        ChainVerdict verdict = expect(Rule.REVOKED, vehicle);
        assertTrue(verdict.why().contains(facts.revoked), verdict.why());
    }

    @Test
    void anAuthorityThatEndedIsNamed() {
        facts.anchors.clear();
        facts.trust(ca.intermediate(), State.RETIRED, List.of(""));
        ChainVerdict verdict = expect(Rule.PATH, ca.vehicle("demo", VIN));
        assertTrue(verdict.why().contains("RETIRED"), verdict.why());
    }

    @Test
    void anothersAnchorsAreAsGoodAsNone() {
        ChainVerdict verdict =
                doctor.explain(TenantId.of("other"), ca.vehicle("demo", VIN).chain());
        assertEquals(Rule.PATH, verdict.rule());
        assertTrue(verdict.why().contains("none of 0 trust anchors"), verdict.why());
    }

    @Test
    void aChainHasAnEnd() {
        List<X509Certificate> seven =
                Stream.generate(() -> ca.vehicle("demo", VIN).certificate()).limit(7).toList();
        ChainVerdict verdict = doctor.explain(DEMO, seven);
        assertEquals(Rule.PATH, verdict.rule());
        assertTrue(verdict.why().contains("at most 6"), verdict.why());
    }

    @Test
    void anAnchorsOwnDatesDoNotMatter() {
        Instant now = Instant.now();
        TestAuthority ended =
                TestAuthority.root("Root")
                        .authority(
                                "Ended",
                                TestAuthority.Shape.good()
                                        .valid(
                                                now.minus(Duration.ofDays(2)),
                                                now.minus(Duration.ofDays(1))));
        assertEquals(
                Rule.ALL,
                doctorTrusting(ended, List.of(""))
                        .explain(DEMO, ended.vehicle("demo", VIN).chain())
                        .rule());
    }

    private ChainVerdict expect(Rule rule, TestIdentity vehicle) {
        ChainVerdict verdict = doctor.explain(DEMO, vehicle.chain());
        assertEquals(rule, verdict.rule(), verdict.why());
        assertEquals(rule == Rule.ALL, verdict.accepted());
        assertFalse(verdict.advice().isBlank());
        return verdict;
    }

    static HandshakeDoctor doctorTrusting(TestAuthority authority, List<String> prefixes) {
        FakeFacts facts = new FakeFacts();
        facts.trust(authority.certificate(), State.IN_FORCE, prefixes);
        return new HandshakeDoctor(facts, Clock.systemUTC());
    }

    private static final class FakeFacts implements TrustFacts {

        private final List<AuthorityRecord> anchors = new ArrayList<>();
        private String revoked = "none";
        private boolean suspended;

        void trust(X509Certificate certificate, State state, List<String> prefixes) {
            try {
                anchors.add(
                        new AuthorityRecord(
                                Fingerprints.of(certificate),
                                DEMO,
                                AuthorityRecord.Kind.FOREIGN,
                                state,
                                prefixes,
                                certificate.getEncoded(),
                                null,
                                state == State.IN_FORCE ? null : Instant.EPOCH));
            } catch (java.security.cert.CertificateEncodingException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        @Override
        public List<AuthorityRecord> anchors(TenantId tenant) {
            return anchors.stream().filter(one -> one.tenant().equals(tenant)).toList();
        }

        @Override
        public boolean isRevoked(TenantId tenant, String issuer, String serial) {
            return serial.equals(revoked);
        }

        @Override
        public boolean isSuspended(TenantId tenant, Vin vin) {
            return suspended;
        }
    }
}
