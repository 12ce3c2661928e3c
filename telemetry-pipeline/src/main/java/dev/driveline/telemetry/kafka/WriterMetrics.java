package dev.driveline.telemetry.kafka;

import dev.driveline.telemetry.sample.SampleStore.Appended;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.atomic.AtomicLong;

/** What the store's writer does. Thread-safe. */
public final class WriterMetrics {

    private final Counter samples;
    private final Counter found;
    private final Counter filled;
    private final Counter lost;
    private final Counter unreadable;
    private final Counter failures;
    private final Counter fenced;
    private final Timer append;
    private final AtomicLong lag = new AtomicLong();

    public WriterMetrics(MeterRegistry registry) {
        samples = registry.counter("telemetry.samples.stored");
        found = registry.counter("telemetry.batches.missing", "step", "FOUND");
        filled = registry.counter("telemetry.batches.missing", "step", "FILLED");
        lost = registry.counter("telemetry.batches.missing", "step", "LOST");
        unreadable = registry.counter("telemetry.store.records.unreadable");
        failures = registry.counter("telemetry.store.failures");
        fenced = registry.counter("telemetry.store.partitions.fenced");
        append = registry.timer("telemetry.store.append");
        Gauge.builder("telemetry.store.lag", lag, AtomicLong::doubleValue)
                .description("Records of telemetry.signals that are not stored yet")
                .register(registry);
    }

    Timer append() {
        return append;
    }

    void stored(Appended.Stored what) {
        samples.increment((double) what.samples());
        found.increment((double) what.gaps().found());
        filled.increment((double) what.gaps().filled());
        lost.increment((double) what.gaps().lost());
    }

    void passedOver() {
        unreadable.increment();
    }

    void failed() {
        failures.increment();
    }

    void fenced(int partitions) {
        fenced.increment(partitions);
    }

    void lag(long records) {
        lag.set(records);
    }

    long lag() {
        return lag.get();
    }
}
