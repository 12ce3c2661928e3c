package dev.driveline.registry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.registry.rate.Pace;
import dev.driveline.registry.rate.Quotas;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;

/**
 * Who asks for nothing but a signature needs no token, so the askers are counted: by address first,
 * that one of them does not use up what is there for all. Thread-safe.
 */
final class RevocationGate {

    private static final int BURST_S = 10;

    private final Pace pace;
    private final Quotas addresses;
    private final MeterRegistry metrics;

    RevocationGate(RevocationLimits limits, MeterRegistry metrics) {
        int perSecond = limits.perSecond();
        this.pace = new Pace(perSecond, perSecond * BURST_S, System.nanoTime());
        this.addresses = new Quotas(limits.perAddress(), Duration.ofMinutes(1));
        this.metrics = metrics;
    }

    /**
     * @throws ProblemException RATE_LIMITED
     */
    void admit(Exchange exchange) {
        Duration wait = addresses.take(exchange.address(), System.nanoTime());
        if (!wait.isZero()) {
            throw refused("address", "too many questions from this address", wait.toSeconds() + 1);
        }
        if (!pace.take(System.nanoTime())) {
            throw refused("all", "too many questions at the moment", 1);
        }
    }

    private ProblemException refused(String limit, String why, long waitS) {
        metrics.counter("revocation.questions.refused", "limit", limit).increment();
        return new ProblemException(
                ErrorCode.RATE_LIMITED, why, Map.of("limit", limit, "retryAfterS", waitS));
    }
}
