package dev.driveline.gateway;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.gateway.access.AccessTable;
import dev.driveline.gateway.acl.TopicAcl;
import dev.driveline.gateway.identity.Identification;
import dev.driveline.gateway.identity.RefusalReason;
import dev.driveline.gateway.identity.VehicleIdentity;
import dev.driveline.gateway.x509.VehicleTrust;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/** Answers CONNECT from the chain and the table of exceptions, both in memory. Thread-safe. */
record TableIdentification(VehicleTrust trust, AccessTable access) implements Identification {

    @Override
    public Judgement judge(X509Certificate[] chain) {
        return switch (trust.judge(chain)) {
            case VehicleTrust.Verdict.Accepted accepted -> new Judgement.Known(accepted.identity());
            case VehicleTrust.Verdict.Refused refused ->
                    new Judgement.Refused(
                            refused.reason(), refused.refusal().leaf() + ": " + refused.why());
        };
    }

    @Override
    public @Nullable RefusalReason objection(VehicleIdentity identity) {
        return access.objection(identity);
    }

    @Override
    public AccessRule.@Nullable VehicleLimits limitsFor(Vin vin) {
        return access.limitsFor(vin);
    }

    @Override
    public TopicAcl aclFor(VehicleIdentity identity) {
        return access.aclFor(identity);
    }
}
