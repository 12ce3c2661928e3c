package dev.driveline.telemetry.rule;

import dev.driveline.contract.alert.ClearReason;

/** What is to be told; times are vehicle time, microseconds since 1970. */
public sealed interface AlertEffect {

    long raisedUs();

    long atUs();

    record Raise(long raisedUs) implements AlertEffect {
        @Override
        public long atUs() {
            return raisedUs;
        }
    }

    record Update(long raisedUs, long atUs) implements AlertEffect {}

    record Clear(long raisedUs, long atUs, ClearReason reason) implements AlertEffect {}
}
