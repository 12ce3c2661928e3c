package dev.driveline.gateway;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.gateway.access.AccessTable;
import dev.driveline.gateway.http.GatewayRoutes;
import dev.driveline.gateway.kafka.AccessLog;
import dev.driveline.gateway.kafka.Caretaker;
import dev.driveline.gateway.kafka.DownlinkLog;
import dev.driveline.gateway.kafka.Heartbeats;
import dev.driveline.gateway.kafka.PresenceLog;
import dev.driveline.gateway.kafka.SessionLog;
import dev.driveline.gateway.kafka.UplinkProducer;
import dev.driveline.gateway.mqtt.EdgeTls;
import dev.driveline.gateway.mqtt.MqttEdge;
import dev.driveline.gateway.session.Resumable;
import dev.driveline.gateway.tls.TlsFront;
import dev.driveline.gateway.x509.HandshakeCheck;
import dev.driveline.gateway.x509.VehicleTrust;
import dev.driveline.runtime.Closings;
import dev.driveline.runtime.ServiceProcess;
import dev.driveline.runtime.jws.Jws;
import dev.driveline.runtime.jws.PublicKeys;
import dev.driveline.runtime.kafka.Topics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway: vehicles connect to it by MQTT over mutual TLS, and it bridges them to Kafka.
 *
 * <p>It needs Kafka and nothing else. The listeners open after {@code registry.access} and {@code
 * vehicle.sessions} were read to their ends and the position in its downlink partition is fixed.
 */
public final class GatewayService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayService.class);
    private static final Duration LOAD_LIMIT = Duration.ofMinutes(5);
    private static final Set<Topic> TOPICS =
            Set.of(
                    Topic.TELEMETRY_CAN,
                    Topic.TELEMETRY_SIGNALS_RAW,
                    Topic.TELEMETRY_REJECTED,
                    Topic.VEHICLE_EVENTS,
                    Topic.VEHICLE_REPLIES,
                    Topic.VEHICLE_PRESENCE,
                    Topic.VEHICLE_SESSIONS,
                    Topic.GATEWAY_HEARTBEATS,
                    Topic.GATEWAY_DOWNLINK,
                    Topic.GATEWAY_REPORTS,
                    Topic.REGISTRY_ACCESS);

    private final MqttEdge edge;
    private final Closings closings = new Closings();

    private GatewayService(GatewayConfig config, ServiceProcess process)
            throws InterruptedException {
        process.onClose("gateway", this);
        SecureRandom random = new SecureRandom();
        RunId run = new RunId(random.nextLong());
        PublicKey registryKey = PublicKeys.fromPem(config.registryKey());
        Topics.prepare(config.kafka(), TOPICS);

        UplinkProducer producer =
                closings.add(
                        new UplinkProducer(
                                config.kafka(),
                                "gateway-" + config.slot(),
                                config.bufferBytes(),
                                process.metrics()));
        PresenceLog presence = closings.add(new PresenceLog(config.kafka(), producer));
        SessionLog sessions =
                closings.add(
                        new SessionLog(
                                config.kafka(), producer, run, process.clock(), process.metrics()));
        AccessTable access = new AccessTable();
        VehicleTrust trust = new VehicleTrust(access, process.clock());
        edge =
                new MqttEdge(
                        process.vertx(),
                        config.edge(),
                        new MqttEdge.Surroundings(
                                run,
                                config.slot(),
                                process.clock(),
                                random,
                                producer,
                                presence,
                                sessions,
                                process.metrics()));
        access.onTopicException(rule -> edge.topicsChanged(rule, access));
        Jws.Keys registryKeys = kid -> kid.equals(config.registryKeyId()) ? registryKey : null;
        AccessLog accessLog =
                closings.add(
                        new AccessLog(
                                config.kafka(),
                                access,
                                registryKeys,
                                rule -> edge.reconsider(rule, access),
                                process.metrics()));
        accessLog.awaitCaughtUp(LOAD_LIMIT);
        Heartbeats heartbeats =
                closings.add(
                        new Heartbeats(
                                producer, run, config.slot(), process.clock(), edge::sessions));
        sessions.awaitCaughtUp(LOAD_LIMIT);
        presence.listen(edge::presence);
        sessions.listen(
                new SessionLog.Listener() {
                    @Override
                    public void writtenElsewhere(Vin vin, SessionId session) {
                        edge.writtenElsewhere(vin, session);
                    }

                    @Override
                    public void caughtUp(Vin vin, SessionId session, @Nullable Resumable latest) {
                        edge.caughtUp(vin, session, latest);
                    }
                });
        Caretaker caretaker =
                closings.add(
                        new Caretaker(
                                config.kafka(),
                                producer,
                                sessions,
                                run,
                                config.slot(),
                                process.clock(),
                                process.metrics()));
        caretaker.succeed(LOAD_LIMIT);
        closings.add(new DownlinkLog(config.kafka(), config.slot(), run, edge::down));
        countPaths(trust, process.metrics());
        HandshakeCheck check = new HandshakeCheck(trust);
        TlsFront tls =
                closings.add(
                        new TlsFront(
                                config.tls(),
                                config.edge().certificate(),
                                config.edge().key(),
                                new TlsFront.Surroundings(
                                        check, process.clock(), random, process.metrics()),
                                edge::handshakeRefused));
        closings.add(edge);
        edge.open(
                new EdgeTls(
                        check,
                        tls.direct(),
                        tls.behindProxy(),
                        config.tls().proxyPort(),
                        config.tls().handshakeLimit()),
                new TableIdentification(trust, access));
        process.health().check("gateway", heartbeats::problem);
        process.health()
                .check("drain", () -> edge.draining() ? "vehicles are sent elsewhere" : null);
        process.admin().add(new GatewayRoutes(edge.operations()).routes());
        LOG.atInfo()
                .setMessage("gateway started")
                .addKeyValue("run", run)
                .addKeyValue("slot", config.slot())
                .log();
    }

    /**
     * Starts a gateway; it is closed with the process.
     *
     * @throws IllegalStateException if a port is taken, a topic is wrong or Kafka does not answer
     */
    public static GatewayService start(GatewayConfig config, ServiceProcess process) {
        try {
            GatewayService service = new GatewayService(config, process);
            return service;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "interrupted while the gateway was starting", interrupted);
        }
    }

    /** The MQTT port that is open. */
    public int port() {
        return edge.port();
    }

    /** The WebSocket port that is open. */
    public int webSocketPort() {
        return edge.webSocketPort();
    }

    /** The port behind a load balancer that is open; 0 if there is none. */
    public int proxyPort() {
        return edge.proxyPort();
    }

    public int sessions() {
        return edge.sessions();
    }

    /** Drains the links, then says that the run has ended. */
    @Override
    public void close() {
        closings.close();
    }

    private static void countPaths(VehicleTrust trust, MeterRegistry metrics) {
        FunctionCounter.builder("gateway.trust.validations", trust, VehicleTrust::validations)
                .description("paths whose signatures were verified")
                .register(metrics);
        Gauge.builder("gateway.trust.paths", trust, VehicleTrust::remembered)
                .description("verified paths that are remembered")
                .register(metrics);
    }
}
