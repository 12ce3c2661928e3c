package dev.driveline.telemetry.stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What goes to tenants' own topics. Thread-safe. */
public final class PublicMetrics {

    private static final String RECORDS = "telemetry.public.records";

    private final Counter written;
    private final Counter without;
    private final Counter nobodys;
    private final Counter failures;

    public PublicMetrics(MeterRegistry registry) {
        written = Counter.builder(RECORDS).tag("outcome", "WRITTEN").register(registry);
        without = Counter.builder(RECORDS).tag("outcome", "NO_TOPICS").register(registry);
        nobodys = Counter.builder(RECORDS).tag("outcome", "NO_TENANT").register(registry);
        failures = registry.counter("telemetry.public.failures");
    }

    void written() {
        written.increment();
    }

    /** Its tenant has no topics of its own. */
    void without() {
        without.increment();
    }

    /** It belongs to no tenant. */
    void nobodys() {
        nobodys.increment();
    }

    void failed() {
        failures.increment();
    }
}
