package dev.driveline.registry.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.certificate.Enrolment.Outcome;
import dev.driveline.registry.certificate.Enrolments.TokenState;
import dev.driveline.registry.vehicle.TboxSerial;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class EnrolmentTest {

    private static final TenantId DEMO = TenantId.of("demo");
    private static final Vin VIN = Vin.of("WDRV0TESTREG10002");
    private static final TboxSerial SERIAL = new TboxSerial("TB-1");
    private static final Applicant BIRTH = new Applicant.Birth(SERIAL);
    private static final Applicant TOKEN = new Applicant.Token(SERIAL, "secret");

    private final FakeEnrolments enrolments = new FakeEnrolments();
    private final FakeAuthority authority = new FakeAuthority();
    private final Enrolment enrolment =
            new Enrolment(
                    enrolments,
                    tenant -> tenant.equals(DEMO) ? Optional.of(authority) : Optional.empty());

    @Test
    void issuesForTheVehicleThatTheTboxIsBoundTo() {
        Outcome.Issued issued = assertInstanceOf(Outcome.Issued.class, enrol(BIRTH));
        assertEquals(VIN, issued.certificate().vin());
        assertEquals(DEMO, issued.certificate().tenant());
        assertEquals(List.of(issued.certificate()), enrolments.certificates);
    }

    @Test
    void anUnknownOrUnboundTboxComesAgain() {
        enrolments.binding = null;
        assertInstanceOf(Outcome.Later.class, enrol(BIRTH));
        enrolments.binding = new Enrolments.Binding(DEMO, null);
        assertInstanceOf(Outcome.Later.class, enrol(BIRTH));
    }

    @ParameterizedTest
    @EnumSource(VehicleState.class)
    void theVehiclesStateDecides(VehicleState state) {
        enrolments.binding = new Enrolments.Binding(DEMO, new Enrolments.Vehicle(VIN, state));
        Class<? extends Outcome> expected =
                switch (state) {
                    case ORDERED -> Outcome.Later.class;
                    case PRODUCED, ACTIVE -> Outcome.Issued.class;
                    case SUSPENDED, DECOMMISSIONED -> Outcome.Forbidden.class;
                };
        assertInstanceOf(expected, enrol(BIRTH));
    }

    @Test
    void aTenantWithoutAnAuthorityGetsNone() {
        enrolments.binding =
                new Enrolments.Binding(
                        TenantId.of("other"), new Enrolments.Vehicle(VIN, VehicleState.ACTIVE));
        Outcome.Forbidden forbidden = assertInstanceOf(Outcome.Forbidden.class, enrol(BIRTH));
        assertTrue(forbidden.why().contains("tenant other"), forbidden.why());
    }

    @ParameterizedTest
    @EnumSource(TokenState.class)
    void aTokenIsCheckedFirst(TokenState state) {
        enrolments.token = state;
        Class<? extends Outcome> expected =
                state == TokenState.VALID ? Outcome.Issued.class : Outcome.NotKnown.class;
        assertInstanceOf(expected, enrol(TOKEN));
        assertInstanceOf(Outcome.Issued.class, enrol(BIRTH));
    }

    @Test
    void aRenewalIsForTheVehicleOfItsCertificate() {
        VehicleCertificate before =
                authority.issue(new Authority.Request.Usable(new byte[0]), VIN, SERIAL);
        assertInstanceOf(Outcome.Issued.class, enrol(new Applicant.Renewal(before)));
        enrolments.binding =
                new Enrolments.Binding(
                        DEMO,
                        new Enrolments.Vehicle(Vin.of("WDRV0TESTREG10009"), VehicleState.ACTIVE));
        assertInstanceOf(Outcome.Forbidden.class, enrol(new Applicant.Renewal(before)));
    }

    @Test
    void aKeyServesOneVehicleAndNotAfterItWasRevoked() {
        enrolments.kept = Enrolments.Kept.KEY_OF_ANOTHER;
        Outcome.Unusable shared = assertInstanceOf(Outcome.Unusable.class, enrol(BIRTH));
        assertTrue(shared.why().contains("another vehicle"), shared.why());
        enrolments.kept = Enrolments.Kept.KEY_REVOKED;
        Outcome.Unusable revoked = assertInstanceOf(Outcome.Unusable.class, enrol(BIRTH));
        assertTrue(revoked.why().contains("revoked"), revoked.why());
        assertEquals(List.of(), enrolments.certificates);
    }

    @Test
    void aTokenUsedMeanwhileIssuesNothing() {
        enrolments.kept = Enrolments.Kept.TOO_LATE;
        assertInstanceOf(Outcome.NotKnown.class, enrol(TOKEN));
        assertEquals(List.of(), enrolments.certificates);
    }

    @Test
    void anUnusableRequestSaysWhy() {
        assertEquals(new Outcome.Unusable("weak key"), enrolment.enrol(BIRTH, new byte[] {'x'}));
    }

    private Outcome enrol(Applicant applicant) {
        return enrolment.enrol(applicant, new byte[0]);
    }

    private static final class FakeEnrolments implements Enrolments {

        private @Nullable Binding binding =
                new Binding(DEMO, new Vehicle(VIN, VehicleState.PRODUCED));
        private TokenState token = TokenState.VALID;
        private Kept kept = Kept.YES;
        private final List<VehicleCertificate> certificates = new ArrayList<>();

        @Override
        public @Nullable Binding bindingOf(TboxSerial serial) {
            return binding;
        }

        @Override
        public TokenState stateOf(Applicant.Token of) {
            return token;
        }

        @Override
        public Kept keep(Applicant applicant, VehicleCertificate certificate) {
            if (kept == Kept.YES) {
                certificates.add(certificate);
            }
            return kept;
        }
    }

    private static final class FakeAuthority implements Authority {

        @Override
        public String id() {
            return "authority";
        }

        @Override
        public Request readRenewal(byte[] der, byte[] certificate) {
            return read(der);
        }

        @Override
        public byte[] sign(
                long number, Instant thisUpdate, Instant nextUpdate, List<Revoked> revoked) {
            throw new UnsupportedOperationException("enrolments sign no list");
        }

        @Override
        public TenantId tenant() {
            return DEMO;
        }

        @Override
        public List<X509Certificate> chain() {
            return List.of();
        }

        @Override
        public Request read(byte[] der) {
            return der.length == 0
                    ? new Request.Usable(new byte[0])
                    : new Request.Refused("weak key");
        }

        @Override
        public VehicleCertificate issue(Request.Usable request, Vin vin, TboxSerial tbox) {
            return new VehicleCertificate(
                    "1",
                    "issuer",
                    "authority",
                    "key",
                    DEMO,
                    vin,
                    tbox,
                    Instant.EPOCH,
                    Instant.MAX,
                    new byte[0],
                    null,
                    null);
        }
    }
}
