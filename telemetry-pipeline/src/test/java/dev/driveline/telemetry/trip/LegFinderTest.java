package dev.driveline.telemetry.trip;

import static dev.driveline.telemetry.trip.Clue.CHARGING;
import static dev.driveline.telemetry.trip.Clue.ENERGY;
import static dev.driveline.telemetry.trip.Clue.IGNITION;
import static dev.driveline.telemetry.trip.Clue.LATITUDE;
import static dev.driveline.telemetry.trip.Clue.LONGITUDE;
import static dev.driveline.telemetry.trip.Clue.ODOMETER;
import static dev.driveline.telemetry.trip.Clue.SPEED;
import static dev.driveline.telemetry.trip.Clue.STATE_OF_CHARGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LegFinderTest {

    private static Leg only(List<Leg> legs) {
        assertEquals(1, legs.size(), legs.toString());
        return legs.getFirst();
    }

    @Test
    void speedAloneMakesATripThatEndsWhereTheVehicleCameToRest() {
        Drive drive = new Drive().hold(SPEED, 0, 60).hold(SPEED, 36, 101).hold(SPEED, 0, 400);
        Leg trip = only(drive.legs(561));
        assertEquals(Leg.Kind.TRIP, trip.kind());
        assertTrue(trip.over());
        assertEquals(Drive.us(60), trip.startUs());
        assertEquals(Drive.us(161), trip.endUs());
        // 100 s at 10 m/s and one second down to nothing.
        assertEquals(1_005, trip.distanceM(), 1e-9);
        assertFalse(trip.isByOdometer());
        assertEquals(0, trip.idleUs());
    }

    @Test
    void aShortStopIsPartOfTheTripAndCountsAsIdle() {
        Drive drive =
                new Drive()
                        .hold(SPEED, 36, 60)
                        .hold(SPEED, 0, 240)
                        .hold(SPEED, 36, 60)
                        .hold(SPEED, 0, 301);
        Leg trip = only(drive.legs(661));
        assertEquals(Drive.us(360), trip.endUs());
        // From the first sample that stood to the first that moved again.
        assertEquals(240_000_000, trip.idleUs());
    }

    @Test
    void withoutAnIgnitionFiveMinutesOfStandingEndATrip() {
        Drive drive = new Drive().hold(SPEED, 36, 60).hold(SPEED, 0, 302).hold(SPEED, 36, 60);
        List<Leg> legs = drive.legs(422);
        assertEquals(2, legs.size(), legs.toString());
        assertEquals(Drive.us(60), legs.getFirst().endUs());
        assertTrue(legs.getFirst().over());
        assertEquals(Drive.us(362), legs.get(1).startUs());
        assertFalse(legs.get(1).over());
    }

    @Test
    void theIgnitionBoundsATripAndTheWaitBehindTheLastMetreIsIdle() {
        Drive drive = new Drive().set(IGNITION, 1).hold(SPEED, 0, 30).hold(SPEED, 72, 100);
        drive.hold(SPEED, 0, 600).set(IGNITION, 0).silence(1).set(SPEED, 0);
        Leg trip = only(drive.legs(920));
        assertEquals(Drive.us(0), trip.startUs());
        assertEquals(Drive.us(730), trip.endUs());
        assertEquals(629_000_000 + 1_000_000, trip.idleUs());
        assertTrue(trip.over());
    }

    @Test
    void aStopWithTheIgnitionOffForLessThanThreeMinutesIsNoEnd() {
        Drive drive = new Drive().set(IGNITION, 1).hold(SPEED, 36, 60).set(IGNITION, 0);
        drive.hold(SPEED, 0, 170).set(IGNITION, 1).hold(SPEED, 36, 60).set(IGNITION, 0);
        assertEquals(Drive.us(290), only(drive.legs(600)).endUs());
        Drive longer = new Drive().set(IGNITION, 1).hold(SPEED, 36, 60).set(IGNITION, 0);
        longer.hold(SPEED, 0, 190).set(IGNITION, 1).hold(SPEED, 36, 60).set(IGNITION, 0);
        assertEquals(2, longer.legs(600).size());
    }

    @Test
    void aTunnelTearsNoTripButALongSilenceEndsIt() {
        Drive tunnel = new Drive().hold(SPEED, 36, 61).silence(590).hold(SPEED, 36, 61);
        Leg trip = only(tunnel.legs(712));
        assertEquals(Drive.us(711), trip.endUs());
        // Nobody knows what was driven in it.
        assertEquals(1_200, trip.distanceM(), 1e-9);
        Drive lost = new Drive().hold(SPEED, 36, 61).silence(610).hold(SPEED, 36, 61);
        List<Leg> legs = lost.legs(732);
        assertEquals(2, legs.size());
        assertEquals(Drive.us(60), legs.getFirst().endUs());
    }

    @Test
    void whoNeverMovesMakesNoTrip() {
        Drive drive = new Drive().set(IGNITION, 1).hold(SPEED, 0, 100).set(IGNITION, 0);
        assertEquals(Leg.Kind.WAIT, only(drive.legs(1_000)).kind());
    }

    @Test
    void theOdometerWinsOverTheSpeedWhereItMoves() {
        Drive drive = new Drive().set(ODOMETER, 5_000).hold(SPEED, 36, 101).set(ODOMETER, 6_000);
        Leg trip = only(drive.hold(SPEED, 36, 1).legs(102));
        assertTrue(trip.isByOdometer());
        assertEquals(1_000, trip.distanceM());
        Drive still = new Drive().set(ODOMETER, 5_000).hold(SPEED, 36, 101).set(ODOMETER, 5_000);
        assertEquals(1_010, only(still.hold(SPEED, 36, 1).legs(102)).distanceM(), 1e-9);
    }

    @Test
    void metersOfBothEndsAreThoseKnownThereAndNoOlderThanTenMinutes() {
        Drive drive = new Drive().set(ODOMETER, 1).silence(500);
        drive.set(ENERGY, 40).set(LATITUDE, 48).set(LONGITUDE, 11).silence(400);
        drive.hold(SPEED, 36, 60).set(LATITUDE, 49).set(ENERGY, 39);
        Leg trip = only(drive.hold(SPEED, 36, 10).legs(970));
        assertEquals(new Readings(Double.NaN, Double.NaN, 40, Double.NaN, 48, 11), trip.first());
        assertEquals(new Readings(Double.NaN, Double.NaN, 39, Double.NaN, 49, 11), trip.last());
    }

    @Test
    void aChargingSessionOutlastsShortPausesAndSilence() {
        Drive drive = new Drive().set(STATE_OF_CHARGE, 20).set(ENERGY, 12).set(CHARGING, 1);
        drive.silence(1_800).set(CHARGING, 1).set(STATE_OF_CHARGE, 50).silence(60);
        drive.set(CHARGING, 0).silence(100).set(CHARGING, 1).silence(1_000);
        drive.set(ENERGY, 36).set(CHARGING, 0).silence(200).set(SPEED, 0);
        Leg session = only(drive.legs(3_200));
        assertEquals(Leg.Kind.CHARGING, session.kind());
        assertEquals(Drive.us(0), session.startUs());
        assertEquals(Drive.us(2_960), session.endUs());
        assertEquals(20, session.first().stateOfCharge());
        assertEquals(50, session.last().stateOfCharge());
        assertEquals(24, session.last().energyKwh() - session.first().energyKwh());
    }

    @Test
    void whoDrivesAwayChargesNoMore() {
        Drive drive = new Drive().set(CHARGING, 1).silence(60).set(CHARGING, 1).silence(10);
        List<Leg> legs = drive.set(SPEED, 0).silence(1).hold(SPEED, 20, 10).legs(81);
        assertEquals(2, legs.size(), legs.toString());
        assertEquals(Leg.Kind.CHARGING, legs.getFirst().kind());
        assertEquals(Drive.us(71), legs.getFirst().endUs());
        assertTrue(legs.getFirst().over());
    }

    @Test
    void aLegAtHandSaysWhenItEnds() {
        LegFinder finder = new LegFinder();
        assertEquals(Long.MAX_VALUE, finder.endsUs(Drive.us(0)));
        finder.take(Drive.us(0), SPEED, 50, leg -> {});
        assertEquals(Drive.us(600), finder.endsUs(Drive.us(0)));
        assertEquals(Long.MAX_VALUE, finder.endsUs(Drive.us(601)));
        finder.take(Drive.us(1), IGNITION, 0, leg -> {});
        finder.take(Drive.us(2), SPEED, 0, leg -> {});
        assertEquals(Drive.us(182), finder.endsUs(Drive.us(3)));
    }

    @Test
    void bytesOfAnotherFormAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> LegFinder.fromBytes(new byte[] {2}));
        byte[] bytes = new LegFinder().toBytes();
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThrows(IllegalArgumentException.class, () -> LegFinder.fromBytes(longer));
    }
}
