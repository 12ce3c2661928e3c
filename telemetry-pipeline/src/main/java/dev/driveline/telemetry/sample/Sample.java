package dev.driveline.telemetry.sample;

/**
 * One value of one signal.
 *
 * @param receivedUs when the gateway received its batch, UTC, microseconds since 1970
 * @param raw an integer, or a double's bits where the definition says real
 * @param late older than what was already accepted when it came
 */
public record Sample(
        SignalDefinition definition,
        SampleKey key,
        long receivedUs,
        long raw,
        Quality quality,
        boolean late) {}
