package dev.driveline.gateway.mqtt;

import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.gateway.identity.Identification;
import dev.driveline.gateway.identity.RefusalReason;
import dev.driveline.gateway.identity.VehicleIdentity;
import dev.driveline.gateway.link.CloseReason;
import dev.driveline.gateway.link.ConnectRefusal;
import dev.driveline.gateway.link.Input;
import dev.driveline.gateway.link.Limits;
import dev.driveline.gateway.link.Protocol;
import dev.driveline.gateway.presence.TakeoverGuard;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttWill;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a CONNECT to its {@link LinkHandler}: synchronously and from memory, so that what a vehicle
 * sends behind it in the same segment finds its session. Called on event loops.
 *
 * <p>Source: MQTT 5 §3.1, §3.2; MQTT 3.1.1 §3.2.2.3; contract section 1, CONNACK.
 */
final class Admission {

    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private static final int VERSION_5 = 5;
    private static final int VERSION_3_1_1 = 4;

    private final EdgeParts parts;
    private final EdgeConfig config;
    private final Identification identification;

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
    @Nullable LinkHandler connect(MqttEndpoint endpoint, LoopInbox loop) {
        if (endpoint.protocolVersion() != VERSION_5
                && endpoint.protocolVersion() != VERSION_3_1_1) {
            parts.metrics().refused(ConnectRefusal.UNSUPPORTED_VERSION);
            endpoint.reject(MqttConnectReturnCode.CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION);
            return null;
        }
        return switch (identification.judge(chainOf(endpoint))) {
            case Identification.Judgement.Refused refused -> {
                parts.metrics().refused(refused.reason());
                parts.metrics().refused(ConnectRefusal.NOT_AUTHORIZED);
                LOG.atInfo()
                        .setMessage("connection refused")
                        .addKeyValue("reason", refused.reason())
                        .addKeyValue("peer", endpoint.remoteAddress())
                        .addKeyValue("why", refused.why())
                        .log();
                reject(endpoint, refused.why());
                yield null;
            }
            case Identification.Judgement.Known known -> connect(endpoint, loop, known.identity());
        };
    }

    private @Nullable LinkHandler connect(
            MqttEndpoint endpoint, LoopInbox loop, VehicleIdentity identity) {
        Vin vin = identity.vin();
        SessionId session = new SessionId(parts.random().nextLong());
        Input.Gate gate =
                new Input.Gate(
                        vin,
                        identity.tenant(),
                        identity.certificate().toString(),
                        session,
                        parts.announcement().readOffset(vin),
                        identification.aclFor(identity),
                        identity.notAfter(),
                        parts.sessions().find(vin),
                        objection(vin));
        Protocol protocol =
                endpoint.protocolVersion() == VERSION_5 ? Protocol.MQTT_5 : Protocol.MQTT_3_1_1;
        EndpointSocket socket = EndpointSocket.of(endpoint);
        LinkHandler link =
                new LinkHandler(
                        parts,
                        loop,
                        identity,
                        protocol,
                        limitsOf(vin),
                        new Bridge.Session(
                                session,
                                parts.clock().instant(),
                                endpoint.remoteAddress().hostAddress()));
        link.start(socket, packetOf(endpoint, protocol, gate));
        if (!link.open()) {
            return null;
        }
        closeIfTrustWasLost(link);
        return link;
    }

    private Limits limitsOf(Vin vin) {
        AccessRule.VehicleLimits own = identification.limitsFor(vin);
        Limits stated = parts.limits();
        return own == null
                ? stated
                : stated.with(stated.rates().withData(own.messagesPerS(), own.bytesPerS()));
    }

    /** Who narrows trust changes the table first and then closes the links that it finds. */
    private void closeIfTrustWasLost(LinkHandler link) {
        RefusalReason objection = identification.objection(link.identity());
        if (objection != null) {
            parts.metrics().refused(objection);
            link.input(new Input.End(CloseReason.NOT_AUTHORIZED, objection.name()));
        }
    }

    private Input.@Nullable Objection objection(Vin vin) {
        long nowMs = parts.clock().millis();
        if (parts.takeovers().quarantined(vin, nowMs)) {
            return new Input.Objection(
                    ConnectRefusal.BANNED,
                    "more than " + TakeoverGuard.MOST_A_MINUTE + " takeovers a minute");
        }
        if (parts.quarantine().holds(vin, nowMs)) {
            return new Input.Objection(
                    ConnectRefusal.BANNED, "it sent far more than its rate a moment ago");
        }
        if (parts.links().draining()) {
            return config.serverReference() == null
                    ? new Input.Objection(ConnectRefusal.UNAVAILABLE, "this gateway is stopping")
                    : new Input.Objection(
                            ConnectRefusal.USE_ANOTHER_SERVER, config.serverReference());
        }
        if (parts.links().size() >= config.maxSessions() && parts.links().of(vin) == null) {
            return new Input.Objection(
                    ConnectRefusal.QUOTA_EXCEEDED,
                    "this gateway holds its " + config.maxSessions() + " sessions");
        }
        return null;
    }

    private static Input.Connect packetOf(
            MqttEndpoint endpoint, Protocol protocol, Input.Gate gate) {
        MqttProperties properties = endpoint.connectProperties();
        Long expiryS = Inputs.unsigned(properties, MqttProperties.SESSION_EXPIRY_INTERVAL);
        Integer problems = Inputs.integer(properties, MqttProperties.REQUEST_PROBLEM_INFORMATION);
        String clientId = endpoint.clientIdentifier();
        return new Input.Connect(
                protocol,
                clientId == null ? "" : clientId,
                endpoint.isCleanSession(),
                endpoint.keepAliveTimeSeconds(),
                expiryS == null ? 0 : expiryS,
                Inputs.integer(properties, MqttProperties.RECEIVE_MAXIMUM),
                Inputs.unsigned(properties, MqttProperties.MAXIMUM_PACKET_SIZE),
                problems == null || problems != 0,
                Inputs.text(properties, MqttProperties.AUTHENTICATION_METHOD) != null,
                willOf(endpoint.will()),
                gate);
    }

    private static Input.@Nullable Will willOf(@Nullable MqttWill will) {
        if (will == null || !will.isWillFlag()) {
            return null;
        }
        MqttProperties properties = will.getWillProperties();
        Long delayS =
                properties == null
                        ? null
                        : Inputs.unsigned(properties, MqttProperties.WILL_DELAY_INTERVAL);
        byte[] payload = will.getWillMessageBytes();
        return new Input.Will(
                will.getWillTopic(),
                payload == null ? new byte[0] : payload,
                will.getWillQos(),
                will.isWillRetain(),
                delayS == null ? 0 : delayS,
                properties == null ? java.util.List.of() : Inputs.user(properties));
    }

    private static void reject(MqttEndpoint endpoint, String why) {
        if (endpoint.protocolVersion() == VERSION_5) {
            MqttProperties properties = new MqttProperties();
            properties.add(new MqttProperties.StringProperty(MqttProperties.REASON_STRING, why));
            endpoint.reject(MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED_5, properties);
        } else {
            endpoint.reject(MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED);
        }
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
