package dev.driveline.gateway.identity;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.gateway.acl.TopicAcl;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * Whom the chain of a TLS session speaks for, asked at every CONNECT. Thread-safe; never blocks.
 */
public interface Identification {

    /**
     * Judges a chain.
     *
     * @param chain the leaf first
     */
    Judgement judge(X509Certificate[] chain);

    /**
     * Whether trust in an identity still holds. Asked once more after a link was entered among the
     * live ones: a revocation applied between judgement and entry found no link to close.
     *
     * @return why not, or null
     */
    @Nullable RefusalReason objection(VehicleIdentity identity);

    /** What the vehicle may publish and subscribe to now. */
    TopicAcl aclFor(VehicleIdentity identity);

    /** What the vehicle's data may come to; null for what is stated for all. */
    AccessRule.@Nullable VehicleLimits limitsFor(Vin vin);

    /** The answer. */
    sealed interface Judgement {
        record Known(VehicleIdentity identity) implements Judgement {}

        record Refused(RefusalReason reason, String why) implements Judgement {}
    }
}
