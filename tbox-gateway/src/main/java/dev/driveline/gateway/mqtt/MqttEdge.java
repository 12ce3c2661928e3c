package dev.driveline.gateway.mqtt;

import dev.driveline.contract.gateway.Downlink;
import dev.driveline.contract.gateway.DownlinkReport.Outcome;
import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule;
import dev.driveline.contract.vehicle.EventTypes;
import dev.driveline.contract.vehicle.Presence;
import dev.driveline.gateway.access.AccessTable;
import dev.driveline.gateway.drain.DrainPace;
import dev.driveline.gateway.identity.CertificateId;
import dev.driveline.gateway.identity.ChainRefusal;
import dev.driveline.gateway.identity.Identification;
import dev.driveline.gateway.identity.RefusalReason;
import dev.driveline.gateway.identity.VehicleIdentity;
import dev.driveline.gateway.link.CloseReason;
import dev.driveline.gateway.link.Input;
import dev.driveline.gateway.operation.Operations;
import dev.driveline.gateway.presence.Announcement;
import dev.driveline.gateway.presence.Quarantine;
import dev.driveline.gateway.presence.TakeoverGuard;
import dev.driveline.gateway.session.Resumable;
import dev.driveline.gateway.session.Sessions;
import dev.driveline.gateway.uplink.Outbound;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.SSLEngineOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.mqtt.MqttServer;
import io.vertx.mqtt.MqttServerOptions;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The MQTT listeners, one verticle an event loop, and the face of all links towards the other
 * shells. Thread-safe.
 */
public final class MqttEdge implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MqttEdge.class);
    private static final int CONNECT_LIMIT_S = 10;
    private static final int TICK_MS = 1_000;
    private static final int ANY_MQTT = -1;
    private static final int ANY_WEB_SOCKET = -2;
    private static final int ANY_PROXY = -3;
    private static final long LIMIT_S = 30;

    /** For the last links to close, after they were told. */
    private static final long LAST_WORDS_MS = 5_000;

    private final Vertx vertx;
    private final EdgeConfig config;
    private final EdgeParts parts;
    private final Drain drain;
    private final AtomicInteger port = new AtomicInteger();
    private final AtomicInteger webSocketPort = new AtomicInteger();
    private final AtomicInteger proxyPort = new AtomicInteger();
    private String deployment = "";

    /** What the edge needs from the rest of the gateway. */
    public record Surroundings(
            RunId run,
            int slot,
            Clock clock,
            RandomGenerator random,
            Outbound outbound,
            Announcement announcement,
            Sessions sessions,
            MeterRegistry metrics) {}

    public MqttEdge(Vertx vertx, EdgeConfig config, Surroundings around) {
        this.vertx = vertx;
        this.config = config;
        Links links = new Links();
        this.parts =
                new EdgeParts(
                        around.run(),
                        around.slot(),
                        config.limits(),
                        around.clock(),
                        around.random(),
                        around.outbound(),
                        around.announcement(),
                        around.sessions(),
                        links,
                        new EdgeEvents(around.outbound(), around.clock(), around.random()),
                        new EdgeMetrics(around.metrics(), links),
                        new Traces(around.clock()),
                        new TakeoverGuard(),
                        new Quarantine(),
                        config.serverReference());
        this.drain = new Drain(vertx, parts);
    }

    /**
     * Opens the listeners.
     *
     * @throws IllegalStateException naming host, port and setting, if a port is taken or the
     *     certificate cannot be used
     */
    public void open(EdgeTls tls, Identification identification) {
        Admission admission = new Admission(parts, config, identification);
        int loops = Math.max(1, Runtime.getRuntime().availableProcessors());
        deployment =
                await(
                        vertx.deployVerticle(
                                () -> new Loop(tls, admission),
                                new DeploymentOptions().setInstances(loops)));
        LOG.atInfo()
                .setMessage("vehicles may connect")
                .addKeyValue("mqtt", config.host() + ":" + port())
                .addKeyValue("websocket", config.host() + ":" + webSocketPort())
                .addKeyValue(
                        "proxied", proxyPort() == 0 ? "none" : config.host() + ":" + proxyPort())
                .log();
    }

    public int port() {
        return port.get();
    }

    public int webSocketPort() {
        return webSocketPort.get();
    }

    /** The port behind a load balancer; 0 if there is none. */
    public int proxyPort() {
        return proxyPort.get();
    }

    public int sessions() {
        return parts.links().size();
    }

    /** A record of gateway.downlink for this run. */
    public void down(Downlink downlink) {
        LinkHandler link = parts.links().of(downlink.vin());
        if (link == null) {
            parts.report(downlink, Outcome.NOT_HERE);
        } else {
            link.input(new Input.Down(downlink));
        }
    }

    /** A record was read from the log of presence, ours or another gateway's. */
    public void presence(Vin vin, long offset, Presence presence) {
        LinkHandler link = parts.links().of(vin);
        if (link == null) {
            return;
        }
        switch (presence) {
            case Presence.Online online ->
                    link.input(new Input.OnlineRead(offset, online.session(), online.readOffset()));
            case Presence.Offline offline ->
                    link.input(new Input.OfflineRead(offset, offline.session()));
        }
    }

    /** A session's first record was read back from the log. */
    public void caughtUp(Vin vin, SessionId session, @Nullable Resumable latest) {
        LinkHandler link = parts.links().of(vin);
        if (link != null) {
            link.caughtUp(session, latest);
        }
    }

    /** Another gateway wrote the record of a session, which it took for lost. */
    public void writtenElsewhere(Vin vin, SessionId session) {
        LinkHandler link = parts.links().of(vin);
        if (link != null) {
            link.declaredLost(session);
        }
    }

    /** Tells every live session of the scope what it may do now. */
    public void topicsChanged(AccessRule.TopicException rule, AccessTable access) {
        for (LinkHandler link : parts.links().all()) {
            VehicleIdentity identity = link.identity();
            if (identity.vin().equals(rule.vin()) || identity.tenant().equals(rule.tenant())) {
                link.input(new Input.Acl(access.aclFor(identity)));
            }
        }
    }

    /** Asks the live sessions that a rule can concern again, after it narrowed trust. */
    public void reconsider(AccessRule rule, AccessTable access) {
        switch (rule) {
            case AccessRule.SuspendedVehicle vehicle -> {
                LinkHandler link = parts.links().of(vehicle.vin());
                if (link != null) {
                    reconsider(link, access);
                }
            }
            case AccessRule.RevokedCertificate revoked -> {
                CertificateId id = new CertificateId(revoked.issuer(), revoked.serial());
                for (LinkHandler link : parts.links().all()) {
                    if (link.identity().path().contains(id)) {
                        reconsider(link, access);
                    }
                }
            }
            case AccessRule.TrustAnchor _,
                    AccessRule.TopicException _,
                    AccessRule.VehicleLimits _ ->
                    parts.links().all().forEach(link -> reconsider(link, access));
        }
    }

    private void reconsider(LinkHandler link, AccessTable access) {
        RefusalReason objection = access.objection(link.identity());
        if (objection != null) {
            parts.metrics().refused(objection);
            parts.events()
                    .event(
                            link.vin(),
                            EventTypes.ACCESS_REVOKED,
                            Map.of(
                                    "reason",
                                    objection.name(),
                                    "certificate",
                                    link.identity().certificate().toString()));
            link.input(new Input.End(CloseReason.NOT_AUTHORIZED, objection.name()));
        }
    }

    /** A chain was refused inside the handshake; the vehicle is a claim, nothing was verified. */
    public void handshakeRefused(ChainRefusal refusal, Vin claimed, String peer) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("reason", refusal.reason().name());
        data.put("why", refusal.why());
        data.put("subject", refusal.subject());
        data.put("serial", refusal.serial());
        data.put("anchor", refusal.anchor() == null ? "none" : refusal.anchor());
        data.put("peer", peer);
        data.put("claimed", true);
        parts.events().event(claimed, EventTypes.ACCESS_REFUSED, data);
    }

    /** Whether vehicles are being sent elsewhere. */
    public boolean draining() {
        return parts.links().draining();
    }

    /** What an operator may ask for. */
    public Operations operations() {
        return new EdgeOperations(parts, config, drain);
    }

    /** Closes every link at its pace, so that vehicles go elsewhere and presence says so. */
    private void drain() {
        DrainPace pace = config.drain();
        try {
            drain.begin(pace).get(pace.limit().toMillis() + LAST_WORDS_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException slow) {
            LOG.atWarn()
                    .setMessage("links are cut off")
                    .addKeyValue("left", parts.links().size())
                    .log();
        }
    }

    @Override
    public void close() {
        drain();
        if (!deployment.isEmpty()) {
            await(vertx.undeploy(deployment));
        }
    }

    /** Vert.x shares a port among event loops by its number; a negative one is any free port. */
    private static int sharedPort(int configured, int any) {
        return configured == 0 ? any : configured;
    }

    private MqttServerOptions options(int listenPort, EdgeTls tls, SSLEngineOptions engine) {
        MqttServerOptions options = new MqttServerOptions();
        options.setHost(config.host()).setPort(listenPort);
        options.setSsl(true)
                .setClientAuth(ClientAuth.REQUIRED)
                .setTrustOptions(TrustOptions.wrap(tls.trust()))
                .setSslEngineOptions(engine)
                .setSslHandshakeTimeout(tls.handshakeLimit().toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        options.setMaxMessageSize(config.limits().maxPacketBytes());
        options.setMaxClientIdLength(Vin.LENGTH + 64);
        options.setAutoClientId(false);
        options.setTimeoutOnConnect(CONNECT_LIMIT_S);
        options.setTcpNoDelay(true).setTcpKeepAlive(true);
        return options;
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(LIMIT_S, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException(
                            String.valueOf(failed.getCause()), failed.getCause());
        } catch (TimeoutException slow) {
            throw new IllegalStateException("no answer within " + LIMIT_S + " s", slow);
        }
    }

    /** One event loop's listeners. */
    private final class Loop extends AbstractVerticle {

        private final EdgeTls tls;
        private final Admission admission;

        Loop(EdgeTls tls, Admission admission) {
            this.tls = tls;
            this.admission = admission;
        }

        @Override
        public void start(Promise<Void> started) {
            LoopInbox inbox = new LoopInbox(context);
            Map<LinkHandler, Boolean> own = new LinkedHashMap<>();
            vertx.setPeriodic(TICK_MS, timer -> tick(own));
            Future<MqttServer> mqtt =
                    listen(
                            options(sharedPort(config.port(), ANY_MQTT), tls, tls.direct()),
                            inbox,
                            own,
                            "mqtt.port");
            Future<MqttServer> webSocket =
                    listen(
                            options(
                                            sharedPort(config.webSocketPort(), ANY_WEB_SOCKET),
                                            tls,
                                            tls.direct())
                                    .setUseWebSocket(true),
                            inbox,
                            own,
                            "mqtt.websocket-port");
            Future<Void> proxied = listenBehindProxy(inbox, own);
            Future.all(mqtt, webSocket, proxied)
                    .onSuccess(all -> {
                        port.compareAndSet(0, mqtt.result().actualPort());
                        webSocketPort.compareAndSet(0, webSocket.result().actualPort());
                    })
                    .<Void>mapEmpty()
                    .onComplete(started);
        }

        private Future<Void> listenBehindProxy(LoopInbox inbox, Map<LinkHandler, Boolean> own) {
            SSLEngineOptions engine = tls.behindProxy();
            if (engine == null) {
                return Future.succeededFuture();
            }
            return listen(
                            options(sharedPort(tls.proxyPort(), ANY_PROXY), tls, engine),
                            inbox,
                            own,
                            "mqtt.proxy-port")
                    .map(server -> {
                        proxyPort.compareAndSet(0, server.actualPort());
                        return null;
                    });
        }

        private Future<MqttServer> listen(
                MqttServerOptions options,
                LoopInbox inbox,
                Map<LinkHandler, Boolean> own,
                String setting) {
            return MqttServer.create(vertx, options)
                    .endpointHandler(endpoint -> {
                        LinkHandler link = admission.connect(endpoint, inbox);
                        if (link != null) {
                            own.put(link, true);
                        }
                    })
                    .exceptionHandler(MqttEdge::connectionFailed)
                    .listen()
                    .recover(failed ->
                            Future.failedFuture(
                                    new IllegalStateException(
                                            "cannot listen for MQTT on "
                                                    + config.host()
                                                    + ":"
                                                    + options.getPort()
                                                    + " (setting "
                                                    + setting
                                                    + "): "
                                                    + failed.getMessage(),
                                            failed)));
        }

        private void tick(Map<LinkHandler, Boolean> own) {
            own.keySet().removeIf(LinkHandler::closed);
            for (LinkHandler link : own.keySet().toArray(LinkHandler[]::new)) {
                link.tick();
            }
        }
    }

    private static void connectionFailed(Throwable failure) {
        LOG.atDebug().setMessage("connection failed").setCause(failure).log();
    }
}
