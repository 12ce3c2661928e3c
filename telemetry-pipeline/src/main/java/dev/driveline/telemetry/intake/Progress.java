package dev.driveline.telemetry.intake;

import dev.driveline.contract.id.Vin;
import dev.driveline.telemetry.batch.BatchKind;
import dev.driveline.telemetry.batch.BootId;
import dev.driveline.telemetry.sequence.BootProgress;

/** What was accepted of a vehicle so far. One thread. */
public interface Progress {

    /** {@link BootProgress#none()} where nothing is known. */
    BootProgress boot(Vin vin, BootId boot);

    void putBoot(Vin vin, BootId boot, BootProgress progress);

    /**
     * The newest vehicle time accepted in batches of a kind, microseconds since 1970; 0 where
     * nothing is known. Each kind has its own, since a TBox that sends both does not end their
     * batches at the same times.
     */
    long newestUs(Vin vin, BatchKind kind);

    void putNewestUs(Vin vin, BatchKind kind, long newestUs);

    /**
     * Messages of several frames that the batch before this number left unfinished; empty where
     * another batch came last, since frames of two that do not follow each other make no message.
     */
    byte[] underWay(Vin vin, BootId boot, long seq);

    /**
     * What control units last said of their trouble codes, {@code ActiveCodes}; empty for nothing.
     */
    byte[] activeCodes(Vin vin);

    void putActiveCodes(Vin vin, byte[] codes);

    /** What the batch of this number leaves unfinished, possibly nothing. */
    void putUnderWay(Vin vin, BootId boot, long seq, byte[] underWay);
}
