package dev.driveline.telemetry.stream;

import dev.driveline.telemetry.fact.FactsUnavailableException;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes over what fails by a bug: what a vehicle sends must not stop the task, and one rule no
 * other. What Kafka or the registry's facts fail in does stop it.
 */
final class RuleGuard {

    private static final Logger LOG = LoggerFactory.getLogger(RuleGuard.class);

    private final RuleMetrics metrics;

    RuleGuard(RuleMetrics metrics) {
        this.metrics = metrics;
    }

    /** Null, and counted, if it fails. */
    <T> @Nullable T result(String what, Supplier<@Nullable T> work) {
        try {
            return work.get();
        } catch (FactsUnavailableException | KafkaException infrastructure) {
            throw infrastructure;
        } catch (RuntimeException bug) {
            metrics.failed();
            LOG.atError()
                    .setMessage("passed over by rules")
                    .addKeyValue("at", what)
                    .setCause(bug)
                    .log();
            return null;
        }
    }

    void run(String what, Runnable work) {
        var _ =
                result(
                        what,
                        () -> {
                            work.run();
                            return null;
                        });
    }
}
