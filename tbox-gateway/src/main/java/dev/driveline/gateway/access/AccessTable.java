package dev.driveline.gateway.access;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.gateway.acl.TopicAcl;
import dev.driveline.gateway.identity.CertificateId;
import dev.driveline.gateway.identity.RefusalReason;
import dev.driveline.gateway.identity.VehicleIdentity;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The exceptions of {@code registry.access} in memory: trust anchors, revoked certificates,
 * suspended vehicles, topics that are denied, limits of single vehicles.
 *
 * <p>A rule with a version not above the one known is ignored, so a replayed record gives no trust
 * back. One thread applies, any reads.
 */
public final class AccessTable {

    private final Map<String, Long> versions = new ConcurrentHashMap<>();
    private final Map<String, AccessRule.TrustAnchor> anchors = new ConcurrentHashMap<>();
    private final AtomicLong anchorGeneration = new AtomicLong();
    private final Set<CertificateId> revoked = ConcurrentHashMap.newKeySet();
    private final Set<Vin> suspended = ConcurrentHashMap.newKeySet();
    private final Map<Vin, AccessRule.VehicleLimits> limits = new ConcurrentHashMap<>();
    private final TopicTable topics = new TopicTable();
    private volatile Consumer<AccessRule.TopicException> topicListener = changed -> {};

    /** What changed by a rule. */
    public enum Change {
        /** The version is not above the known one. */
        NONE,
        /** Nobody loses trust by it. */
        WIDENED,
        /** Live sessions must be asked again. */
        NARROWED,
        /** What live sessions may publish and subscribe to changed. */
        TOPICS
    }

    /**
     * Who hears of every change of an exception, after it is in force; on the applying thread. A
     * link that asked for its ACL before needs a new one.
     */
    public void onTopicException(Consumer<AccessRule.TopicException> listener) {
        topicListener = listener;
    }

    /** What an identity may publish and subscribe to now. */
    public TopicAcl aclFor(VehicleIdentity identity) {
        return topics.aclFor(identity);
    }

    /** What a vehicle's data may come to; null for what is stated for all. */
    public AccessRule.@Nullable VehicleLimits limitsFor(Vin vin) {
        return limits.get(vin);
    }

    public Change apply(AccessRule rule) {
        Long known = versions.get(rule.key());
        if (known != null && known >= rule.version()) {
            return Change.NONE;
        }
        versions.put(rule.key(), rule.version());
        boolean inForce = rule.state() == AccessRule.State.IN_FORCE;
        return switch (rule) {
            case AccessRule.TrustAnchor anchor -> {
                if (inForce) {
                    anchors.put(anchor.id(), anchor);
                } else {
                    anchors.remove(anchor.id());
                }
                // After the change: who reads the new number sees the new anchors.
                anchorGeneration.incrementAndGet();
                // A change of tenant or prefixes narrows too.
                yield Change.NARROWED;
            }
            case AccessRule.RevokedCertificate certificate ->
                    changeOf(
                            revoked,
                            new CertificateId(certificate.issuer(), certificate.serial()),
                            inForce);
            case AccessRule.TopicException exception -> {
                topics.apply(exception);
                topicListener.accept(exception);
                yield Change.TOPICS;
            }
            case AccessRule.SuspendedVehicle vehicle -> changeOf(suspended, vehicle.vin(), inForce);
            case AccessRule.VehicleLimits vehicle -> {
                if (inForce) {
                    limits.put(vehicle.vin(), vehicle);
                } else {
                    limits.remove(vehicle.vin());
                }
                yield Change.WIDENED;
            }
        };
    }

    /** Rises with every change of an anchor. */
    public long anchorGeneration() {
        return anchorGeneration.get();
    }

    public Collection<AccessRule.TrustAnchor> anchors() {
        return anchors.values();
    }

    public Optional<AccessRule.TrustAnchor> anchor(String id) {
        return Optional.ofNullable(anchors.get(id));
    }

    /**
     * Whether trust in an identity still holds.
     *
     * @return why not, or null
     */
    public @Nullable RefusalReason objection(VehicleIdentity identity) {
        AccessRule.TrustAnchor anchor = anchors.get(identity.anchor());
        if (anchor == null) {
            return RefusalReason.PATH;
        }
        if (!anchor.tenant().equals(identity.tenant())) {
            return RefusalReason.TENANT;
        }
        if (!speaksFor(anchor, identity.vin())) {
            return RefusalReason.VIN_PREFIX;
        }
        for (CertificateId certificate : identity.path()) {
            if (revoked.contains(certificate)) {
                return RefusalReason.REVOKED;
            }
        }
        return suspended.contains(identity.vin()) ? RefusalReason.SUSPENDED : null;
    }

    private static boolean speaksFor(AccessRule.TrustAnchor anchor, Vin vin) {
        for (String prefix : anchor.vinPrefixes()) {
            if (vin.value().startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    /** How many of each kind are held, for metrics. */
    public Map<String, Integer> sizes() {
        return Map.of(
                "anchors",
                anchors.size(),
                "certificates",
                revoked.size(),
                "vehicles",
                suspended.size(),
                "topics",
                topics.size(),
                "limits",
                limits.size());
    }

    @Override
    public String toString() {
        return "AccessTable"
                + sizes().entrySet().stream()
                        .map(Object::toString)
                        .sorted()
                        .collect(Collectors.joining(", ", "[", "]"));
    }

    private static <T> Change changeOf(Set<T> set, T subject, boolean inForce) {
        if (inForce) {
            set.add(subject);
            return Change.NARROWED;
        }
        set.remove(subject);
        return Change.WIDENED;
    }
}
