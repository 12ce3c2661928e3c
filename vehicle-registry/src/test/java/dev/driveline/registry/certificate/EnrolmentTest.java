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
    private final Enrolment enrolment = new Enrolment(enrolments, new FakeAuthority());

    @Test
    void issuesForTheVehicleThatTheTboxIsBoundTo() {
        Outcome.Issued issued = assertInstanceOf(Outcome.Issued.class, enrol(BIRTH));
        assertEquals(VIN, issued.certificate().vin());
        assertEquals(DEMO, issued.certificate().tenant());
        assertEquals(List.of(issued.certificate()), enrolments.kept);
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
    void anAuthorityIssuesForItsTenantOnly() {
        enrolments.binding =
                new Enrolments.Binding(
                        TenantId.of("other"), new Enrolments.Vehicle(VIN, VehicleState.ACTIVE));
        Outcome.Forbidden forbidden = assertInstanceOf(Outcome.Forbidden.class, enrol(BIRTH));
        assertTrue(forbidden.why().contains("issues for demo"), forbidden.why());
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
    void aTokenUsedMeanwhileIssuesNothing() {
        enrolments.tooLate = true;
        assertInstanceOf(Outcome.NotKnown.class, enrol(TOKEN));
        assertEquals(List.of(), enrolments.kept);
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
        private boolean tooLate;
        private final List<VehicleCertificate> kept = new ArrayList<>();

        @Override
        public @Nullable Binding bindingOf(TboxSerial serial) {
            return binding;
        }

        @Override
        public TokenState stateOf(Applicant.Token of) {
            return token;
        }

        @Override
        public boolean keep(Applicant applicant, VehicleCertificate certificate) {
            if (!tooLate) {
                kept.add(certificate);
            }
            return !tooLate;
        }
    }

    private static final class FakeAuthority implements Authority {

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
