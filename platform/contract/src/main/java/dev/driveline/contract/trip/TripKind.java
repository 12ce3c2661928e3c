package dev.driveline.contract.trip;

/** What a stretch of a vehicle's time was. */
public enum TripKind {
    TRIP,
    CHARGING
}
