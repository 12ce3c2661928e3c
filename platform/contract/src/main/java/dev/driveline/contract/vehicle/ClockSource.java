package dev.driveline.contract.vehicle;

/** Where a vehicle's clock was set from. */
public enum ClockSource {
    UNSYNCED,
    RTC,
    NTP,
    GNSS,
    PLATFORM
}
