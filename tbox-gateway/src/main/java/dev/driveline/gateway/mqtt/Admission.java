package dev.driveline.gateway.mqtt;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.UpTopic;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.gateway.acl.TopicAcl;
import dev.driveline.gateway.identity.Identification;
import dev.driveline.gateway.identity.RefusalReason;
import dev.driveline.gateway.identity.VehicleIdentity;
import dev.driveline.gateway.link.CloseReason;
import dev.driveline.gateway.presence.TakeoverGuard;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttWill;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Map;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers CONNECT: synchronously and from memory, so that what a vehicle sends behind it in the
 * same segment finds its session. Called on event loops.
 *
 * <p>Source: MQTT 5 §3.1, §3.2; MQTT 3.1.1 §3.2.2.3; contract section 1, CONNACK.
 */
final class Admission {

    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private static final int MQTT_5 = 5;
    private static final int NO_RECEIVE_MAXIMUM = 65_535;

    private final EdgeParts parts;
    private final EdgeConfig config;
    private final Identification identification;
    private final TakeoverGuard takeovers = new TakeoverGuard();

    Admission(EdgeParts parts, EdgeConfig config, Identification identification) {
        this.parts = parts;
        this.config = config;
        this.identification = identification;
    }

    /**
     * Accepts or refuses.
     *
     * @return the link, or null after a refusal
     */
    @Nullable MqttLink connect(MqttEndpoint endpoint, LoopInbox loop) {
        return switch (identification.judge(chainOf(endpoint))) {
            case Identification.Judgement.Refused refused -> {
                refuse(endpoint, null, refused.reason(), refused.why());
                yield null;
            }
            case Identification.Judgement.Known known -> connect(endpoint, loop, known.identity());
        };
    }

    private @Nullable MqttLink connect(
            MqttEndpoint endpoint, LoopInbox loop, VehicleIdentity identity) {
        Vin vin = identity.vin();
        if (!vin.value().equals(endpoint.clientIdentifier())) {
            refuse(
                    endpoint,
                    vin,
                    RefusalReason.CLIENT_ID,
                    "client id '"
                            + endpoint.clientIdentifier()
                            + "', the certificate is for "
                            + vin);
            return null;
        }
        if (takeovers.quarantined(vin, parts.clock().millis())) {
            refuse(
                    endpoint,
                    vin,
                    RefusalReason.CLONE,
                    "more than " + TakeoverGuard.MOST_A_MINUTE + " takeovers a minute");
            return null;
        }
        if (parts.links().size() >= config.maxSessions() && parts.links().of(vin) == null) {
            reject(
                    endpoint,
                    MqttConnectReturnCode.CONNECTION_REFUSED_QUOTA_EXCEEDED,
                    MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE,
                    "this gateway holds its " + config.maxSessions() + " sessions");
            return null;
        }
        MqttLink.Will will = null;
        MqttWill asked = endpoint.will();
        if (asked != null && asked.isWillFlag()) {
            will = willOf(asked, identification.aclFor(identity));
            if (will == null) {
                refuse(
                        endpoint,
                        vin,
                        RefusalReason.CLIENT_ID,
                        "its will goes to '"
                                + asked.getWillTopic()
                                + "', not one of its own topics");
                return null;
            }
        }
        return accept(endpoint, loop, identity, will);
    }

    private MqttLink accept(
            MqttEndpoint endpoint,
            LoopInbox loop,
            VehicleIdentity identity,
            MqttLink.@Nullable Will will) {
        Integer receiveMaximum =
                mqtt5(endpoint)
                        ? MqttFacts.integer(
                                endpoint.connectProperties(), MqttProperties.RECEIVE_MAXIMUM)
                        : null;
        int keepAliveS = keepAliveOf(endpoint);
        MqttLink link =
                new MqttLink(
                        parts,
                        loop,
                        endpoint,
                        EndpointSocket.of(endpoint),
                        identity,
                        identification.aclFor(identity),
                        will,
                        receiveMaximum == null ? NO_RECEIVE_MAXIMUM : receiveMaximum,
                        keepAliveS);
        MqttLink former = parts.links().enter(link);
        link.open();
        closeIfTrustWasLost(link);
        if (former != null) {
            takenOver(identity.vin(), former);
        }
        endpoint.accept(
                false,
                mqtt5(endpoint) ? offer(endpoint, keepAliveS) : MqttProperties.NO_PROPERTIES);
        parts.metrics().connected();
        LOG.atDebug().setMessage("vehicle connected").addKeyValue("vin", identity.vin()).log();
        return link;
    }

    /** Who narrows trust changes the table first and then closes the links that it finds. */
    private void closeIfTrustWasLost(MqttLink link) {
        RefusalReason objection = identification.objection(link.identity());
        if (objection != null) {
            parts.metrics().refused(objection);
            link.execute(found -> found.close(CloseReason.NOT_AUTHORIZED, objection.name()));
        }
    }

    private void takenOver(Vin vin, MqttLink former) {
        former.execute(found ->
                found.close(CloseReason.TAKEN_OVER, "a new connection of the same vehicle"));
        if (takeovers.takenOver(vin, parts.clock().millis())) {
            LOG.atWarn().setMessage("clone suspected").addKeyValue("vin", vin).log();
            parts.events()
                    .event(
                            vin,
                            EventTypes.CLONE_SUSPECTED,
                            Map.of("takeoversAMinute", TakeoverGuard.MOST_A_MINUTE + 1));
        }
    }

    /** What CONNACK tells an MQTT 5 vehicle of our limits. */
    private MqttProperties offer(MqttEndpoint endpoint, int keepAliveS) {
        MqttProperties offer = new MqttProperties();
        integer(offer, MqttProperties.RECEIVE_MAXIMUM, config.limits().windowPackets());
        integer(offer, MqttProperties.TOPIC_ALIAS_MAXIMUM, config.limits().topicAliases());
        integer(offer, MqttProperties.MAXIMUM_PACKET_SIZE, config.maxPacketBytes());
        integer(offer, MqttProperties.RETAIN_AVAILABLE, 0);
        integer(offer, MqttProperties.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 0);
        integer(offer, MqttProperties.SHARED_SUBSCRIPTION_AVAILABLE, 0);
        integer(offer, MqttProperties.SESSION_EXPIRY_INTERVAL, 0);
        if (keepAliveS != endpoint.keepAliveTimeSeconds()) {
            integer(offer, MqttProperties.SERVER_KEEP_ALIVE, keepAliveS);
        }
        return offer;
    }

    private static void integer(MqttProperties properties, int property, int value) {
        properties.add(new MqttProperties.IntegerProperty(property, value));
    }

    private static int keepAliveOf(MqttEndpoint endpoint) {
        int asked = endpoint.keepAliveTimeSeconds();
        return asked == 0
                ? EdgeConfig.MAX_KEEP_ALIVE_S
                : Math.clamp(asked, EdgeConfig.MIN_KEEP_ALIVE_S, EdgeConfig.MAX_KEEP_ALIVE_S);
    }

    private static MqttLink.@Nullable Will willOf(MqttWill asked, TopicAcl acl) {
        if (acl.publish(asked.getWillTopic()) instanceof TopicAcl.Publish.Allowed(UpTopic topic)) {
            byte[] payload = asked.getWillMessageBytes();
            return new MqttLink.Will(
                    topic, payload == null ? new byte[0] : payload, asked.getWillQos());
        }
        return null;
    }

    private void refuse(
            MqttEndpoint endpoint, @Nullable Vin vin, RefusalReason reason, String why) {
        parts.metrics().refused(reason);
        LOG.atInfo()
                .setMessage("connection refused")
                .addKeyValue("reason", reason)
                .addKeyValue("peer", endpoint.remoteAddress())
                .addKeyValue("why", why)
                .log();
        if (vin != null) {
            parts.events()
                    .event(
                            vin,
                            EventTypes.ACCESS_REFUSED,
                            Map.of(
                                    "reason",
                                    reason.name(),
                                    "why",
                                    why,
                                    "peer",
                                    endpoint.remoteAddress().hostAddress()));
        }
        switch (reason) {
            case CLIENT_ID ->
                    reject(
                            endpoint,
                            MqttConnectReturnCode.CONNECTION_REFUSED_CLIENT_IDENTIFIER_NOT_VALID,
                            MqttConnectReturnCode.CONNECTION_REFUSED_IDENTIFIER_REJECTED,
                            why);
            case PATH,
                    DATE,
                    KEY_USAGE,
                    SUBJECT_NAME,
                    TENANT,
                    VIN_PREFIX,
                    REVOKED,
                    SUSPENDED,
                    CLONE ->
                    reject(
                            endpoint,
                            MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED_5,
                            MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED,
                            why);
        }
    }

    private static void reject(
            MqttEndpoint endpoint,
            MqttConnectReturnCode five,
            MqttConnectReturnCode three,
            String why) {
        if (mqtt5(endpoint)) {
            endpoint.reject(five, MqttFacts.reason(why));
        } else {
            endpoint.reject(three);
        }
    }

    private static boolean mqtt5(MqttEndpoint endpoint) {
        return endpoint.protocolVersion() == MQTT_5;
    }

    private static X509Certificate[] chainOf(MqttEndpoint endpoint) {
        SSLSession session = endpoint.sslSession();
        if (session == null) {
            return new X509Certificate[0];
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            return Arrays.stream(chain)
                    .map(X509Certificate.class::cast)
                    .toArray(X509Certificate[]::new);
        } catch (SSLPeerUnverifiedException none) {
            return new X509Certificate[0];
        }
    }
}
