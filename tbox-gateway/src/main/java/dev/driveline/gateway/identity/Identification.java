package dev.driveline.gateway.identity;

import java.security.cert.X509Certificate;

/**
 * Whom the chain of a TLS session speaks for, asked at every CONNECT. Thread-safe; never blocks.
 */
@FunctionalInterface
public interface Identification {

    /**
     * Judges a chain.
     *
     * @param chain the leaf first
     */
    Judgement judge(X509Certificate[] chain);

    /** The answer. */
    sealed interface Judgement {
        record Known(VehicleIdentity identity) implements Judgement {}

        record Refused(RefusalReason reason, String why) implements Judgement {}
    }
}
