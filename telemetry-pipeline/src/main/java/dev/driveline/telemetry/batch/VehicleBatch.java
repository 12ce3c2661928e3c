package dev.driveline.telemetry.batch;

/** A valid batch of a vehicle. */
public sealed interface VehicleBatch permits CanFrames, SignalSamples {

    BatchHead head();

    BatchKind kind();

    /** From the batch's reference to the last of its frames or samples, microseconds. */
    long spanUs();
}
