package dev.driveline.telemetry.stream;

import dev.driveline.contract.alert.AlertStep;
import dev.driveline.telemetry.rule.RuleBook;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;

/** What the rules do. Thread-safe. */
public final class RuleMetrics {

    private final Map<AlertStep, Counter> alerts = new EnumMap<>(AlertStep.class);
    private final Counter unknown;
    private final Counter failures;

    public RuleMetrics(MeterRegistry registry, RuleBook book) {
        for (AlertStep step : AlertStep.values()) {
            alerts.put(step, registry.counter("telemetry.alerts", "step", step.name()));
        }
        unknown = registry.counter("telemetry.rules.unknown");
        failures = registry.counter("telemetry.rules.failures");
        Gauge.builder("telemetry.rules.in.use", book, rules -> (double) rules.inUse())
                .register(registry);
    }

    void told(AlertStep step) {
        Counter counter = alerts.get(step);
        if (counter != null) {
            counter.increment();
        }
    }

    /** Conditions that were neither true nor false. */
    void unknown(long count) {
        unknown.increment((double) count);
    }

    void failed() {
        failures.increment();
    }
}
