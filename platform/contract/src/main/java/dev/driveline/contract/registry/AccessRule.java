package dev.driveline.contract.registry;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import dev.driveline.contract.mqtt.TopicFilter;
import dev.driveline.contract.mqtt.UpTopic;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record of {@code registry.access}: an exception that the gateways hold in memory.
 *
 * <p>The value is a compact JWS ({@code typ} {@link #TYP}) over the rule as JSON with {@code type},
 * signed by the registry with a key that the gateways pin. A higher version wins; trust is removed
 * by a record with state REMOVED, never by a tombstone. The record's key is {@link #key()}, and a
 * record under another key is ignored.
 */
public sealed interface AccessRule {

    String TYP = "driveline-access+jws";

    long version();

    State state();

    /** The record's key. */
    String key();

    /** Whether the rule holds. */
    enum State {
        IN_FORCE,
        REMOVED
    }

    /**
     * An authority whose certificates let vehicles connect.
     *
     * @param id SHA-256 of the certificate, hexadecimal
     * @param certificate DER in Base64
     * @param vinPrefixes the VINs it may speak for; the empty text stands for all
     */
    record TrustAnchor(
            long version,
            State state,
            String id,
            String certificate,
            TenantId tenant,
            List<String> vinPrefixes)
            implements AccessRule {
        @Override
        public String key() {
            return "anchor/" + id;
        }
    }

    /**
     * A certificate that lets nobody connect any more.
     *
     * @param issuer SHA-256 of the issuer's DER name, hexadecimal
     * @param serial hexadecimal, without leading zeros
     * @param reason of RFC 5280 §5.3.1, for example keyCompromise
     */
    record RevokedCertificate(
            long version, State state, String issuer, String serial, String reason)
            implements AccessRule {
        @Override
        public String key() {
            return "certificate/" + issuer + "/" + serial;
        }
    }

    /** A vehicle that may not be connected, whatever certificate it shows. */
    record SuspendedVehicle(long version, State state, Vin vin) implements AccessRule {
        @Override
        public String key() {
            return "vehicle/" + vin.value();
        }
    }

    /**
     * What one vehicle's data may come to instead of what is stated for all, from its next CONNECT
     * on. Its events, responses and reports have their own quota, which stays.
     *
     * @param messagesPerS averaged over the usual burst, from 1
     * @param bytesPerS the same, from 1
     */
    record VehicleLimits(long version, State state, Vin vin, int messagesPerS, int bytesPerS)
            implements AccessRule {

        /**
         * @throws InvalidValueException naming the one that is below 1
         */
        public VehicleLimits {
            if (messagesPerS < 1 || bytesPerS < 1) {
                throw new InvalidValueException(
                        "vehicle limits",
                        messagesPerS + " messages/s, " + bytesPerS + " bytes/s",
                        "each is at least 1; a vehicle that may not send is suspended");
            }
        }

        @Override
        public String key() {
            return "limits/" + vin.value();
        }
    }

    /**
     * Topics that a vehicle, or a tenant's vehicles, may not use, or may use again.
     *
     * <p>A vehicle publishes to its own {@code up/#} and subscribes to its own {@code down/#}; a
     * rule for its tenant beats that, a rule for its VIN beats both, and for one scope DENY beats
     * ALLOW. ALLOW gives nothing beyond that: it only opens again what a wider rule denied.
     *
     * @param vin one of vin and tenant is null
     * @param filter of an ALLOW, below {@code v1/${vin}/up/} or {@code v1/${vin}/down/}
     */
    record TopicException(
            long version,
            State state,
            @Nullable Vin vin,
            @Nullable TenantId tenant,
            Action action,
            Effect effect,
            TopicFilter filter)
            implements AccessRule {

        /** What is done with a topic. */
        public enum Action {
            PUBLISH,
            SUBSCRIBE
        }

        /** What the rule says of it. */
        public enum Effect {
            ALLOW,
            DENY
        }

        /**
         * @throws InvalidValueException without exactly one scope, or if an ALLOW reaches another
         *     vehicle's topics or topics that are not bridged
         */
        public TopicException {
            if ((vin == null) == (tenant == null)) {
                throw new InvalidValueException(
                        "topic exception", filter, "expected either a vin or a tenant");
            }
            if (effect == Effect.ALLOW && !withinOwn(action, filter, vin)) {
                throw new InvalidValueException(
                        "topic exception",
                        filter,
                        "ALLOW opens a vehicle's own topics only: v1/${vin}/"
                                + (action == Action.PUBLISH ? "up" : "down")
                                + "/ and a topic, + or #");
            }
        }

        @Override
        public String key() {
            String scope = vin == null ? "tenant/" + tenant : "vehicle/" + vin;
            return "acl/" + scope + "/" + action + "/" + effect + "/" + filter;
        }

        private static boolean withinOwn(Action action, TopicFilter filter, @Nullable Vin vin) {
            String side = action == Action.PUBLISH ? "/up/" : "/down/";
            String leaf = filter.behind("v1/${vin}" + side);
            if (leaf.isEmpty() && vin != null) {
                leaf = filter.behind("v1/" + vin + side);
            }
            return leaf.equals("#")
                    || leaf.equals("+")
                    || (action == Action.PUBLISH
                            ? UpTopic.byLeaf(leaf) != null
                            : DownTopic.byLeaf(leaf) != null);
        }
    }
}
