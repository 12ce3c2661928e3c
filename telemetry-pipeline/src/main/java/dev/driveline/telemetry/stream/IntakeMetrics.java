package dev.driveline.telemetry.stream;

import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.contract.vehicle.Rejection;
import dev.driveline.telemetry.intake.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;

/** Counts what became of batches; labels are constants, never a vehicle. Thread-safe. */
public final class IntakeMetrics {

    private static final String BATCHES = "telemetry.batches";

    private final Counter accepted;
    private final Counter late;
    private final Counter duplicates;
    private final Map<Rejection, Counter> rejected = new EnumMap<>(Rejection.class);
    private final Counter frames;
    private final Counter unknownFrames;
    private final Counter unknownMultiplexers;
    private final Counter lostMessages;
    private final Counter codes;
    private final Counter olderCodes;
    private final Counter samples;
    private final Counter unknownSamples;
    private final Counter failures;
    private final Timer time;

    public IntakeMetrics(MeterRegistry registry) {
        accepted = Counter.builder(BATCHES).tag("outcome", "ACCEPTED").register(registry);
        duplicates = Counter.builder(BATCHES).tag("outcome", "DUPLICATE").register(registry);
        for (Rejection reason : Rejection.values()) {
            rejected.put(
                    reason,
                    Counter.builder("telemetry.batches.rejected")
                            .tag("reason", reason.name())
                            .register(registry));
        }
        late = registry.counter("telemetry.batches.late");
        frames = registry.counter("telemetry.frames");
        unknownFrames = registry.counter("telemetry.frames.unknown");
        unknownMultiplexers = registry.counter("telemetry.frames.multiplexer.unknown");
        lostMessages = registry.counter("telemetry.messages.lost");
        codes = registry.counter("telemetry.codes.changes");
        olderCodes = registry.counter("telemetry.codes.older");
        samples = registry.counter("telemetry.samples.decoded");
        unknownSamples = registry.counter("telemetry.samples.unknown");
        failures = registry.counter("telemetry.streams.failures");
        time =
                Timer.builder("telemetry.intake")
                        .description("Reading, checking and decoding one batch")
                        .register(registry);
    }

    Timer time() {
        return time;
    }

    void count(Outcome outcome) {
        switch (outcome) {
            case Outcome.Accepted decoded -> {
                countAccepted(decoded.batch());
                codes.increment(decoded.codes().events().size());
                olderCodes.increment(decoded.codes().older());
            }
            case Outcome.Duplicate _ -> duplicates.increment();
            case Outcome.Rejected refused -> {
                Counter counter = rejected.get(refused.reason());
                if (counter != null) {
                    counter.increment();
                }
            }
        }
    }

    void countFailure() {
        failures.increment();
    }

    private void countAccepted(SampleBatch batch) {
        accepted.increment();
        frames.increment(batch.getFrames());
        unknownFrames.increment(batch.getUnknownFrames());
        unknownMultiplexers.increment(batch.getUnknownMultiplexers());
        lostMessages.increment(batch.getLostMessages());
        samples.increment(batch.getIdxCount());
        unknownSamples.increment(batch.getUnknownSamples());
        if (batch.getLate()) {
            late.increment();
        }
    }
}
