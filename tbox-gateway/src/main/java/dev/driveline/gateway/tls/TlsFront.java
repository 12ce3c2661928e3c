package dev.driveline.gateway.tls;

import dev.driveline.contract.id.Vin;
import dev.driveline.gateway.identity.ChainRefusal;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.SSLEngineOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway's side of TLS: its certificate and its ticket keys, both taken anew when their files
 * change, and the gate before every handshake.
 *
 * <p>BoringSSL where it can be loaded, else the JDK's TLS, which shares no tickets. TLS 1.3 and
 * 1.2, a client certificate required, no early data. Thread-safe.
 */
public final class TlsFront implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TlsFront.class);
    private static final Duration TICKET_LIFE = Duration.ofHours(24);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final TlsConfig config;
    private final Path certificateFile;
    private final Path keyFile;
    private final X509TrustManager trust;
    private final Clock clock;
    private final HandshakeLog handshakes;
    private final ConnectGate gate;
    private final @Nullable TicketKeys random;
    private final WatchedFiles certificates;
    private final @Nullable WatchedFiles tickets;
    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("gateway-tls-files").daemon().factory());
    private volatile @Nullable SslContext context;
    private volatile @Nullable ServerIdentity identity;
    private List<OpenSslSessionTicketKey> ticketKeys = List.of();

    /** What TLS needs from the rest of the gateway; {@code random} must be a secure one. */
    public record Surroundings(
            X509TrustManager trust, Clock clock, RandomGenerator random, MeterRegistry metrics) {}

    /** Hears of a refused chain that names a vehicle, at a limited rate; on any thread. */
    @FunctionalInterface
    public interface Refusals {
        void refused(ChainRefusal refusal, Vin claimed, String peer);
    }

    /**
     * Reads the files and begins to watch them.
     *
     * @param certificate the server's chain in PEM, the leaf first
     * @param key its key, PKCS#8 in PEM
     * @throws RuntimeException naming the file that cannot be used
     */
    public TlsFront(
            TlsConfig config, Path certificate, Path key, Surroundings around, Refusals refusals) {
        this.config = config;
        this.certificateFile = certificate;
        this.keyFile = key;
        this.trust = around.trust();
        this.clock = around.clock();
        this.handshakes = new HandshakeLog(around.metrics(), clock, refusals);
        this.gate =
                new ConnectGate(config.connectsPerSecond(), config.handshakes(), System::nanoTime);
        Path keys = config.ticketKeys();
        if (keys == null) {
            random = new TicketKeys(around.random());
            tickets = null;
            rotate(random);
        } else {
            random = null;
            tickets =
                    new WatchedFiles(
                            "ticket-keys",
                            List.of(keys),
                            () -> use(TicketKeys.read(keys)),
                            around.metrics());
        }
        certificates =
                new WatchedFiles(
                        "certificate",
                        List.of(certificate, key),
                        this::takeCertificate,
                        around.metrics());
        Gauge.builder("gateway.tls.certificate.until", this, TlsFront::certificateUntil)
                .description("end of the server certificate, seconds since 1970")
                .register(around.metrics());
        Gauge.builder("gateway.handshakes", gate, ConnectGate::handshakes)
                .description("at work now")
                .register(around.metrics());
        long everyMs = config.reloadEvery().toMillis();
        var _ = watch.scheduleWithFixedDelay(this::look, everyMs, everyMs, TimeUnit.MILLISECONDS);
    }

    /** For a listener that vehicles reach themselves. */
    public SSLEngineOptions direct() {
        return options(List.of());
    }

    /** For a listener behind a load balancer; null if none is configured. */
    public @Nullable SSLEngineOptions behindProxy() {
        return config.proxyFrom().isEmpty() ? null : options(config.proxyFrom());
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }

    private SSLEngineOptions options(List<AddressRange> proxyFrom) {
        return new GatedEngineOptions(
                new GatedContext(this::context, new Door(gate, handshakes, proxyFrom)),
                config.workers());
    }

    private SslContext context() {
        SslContext current = context;
        if (current == null) {
            throw new IllegalStateException("TLS has no certificate yet");
        }
        return current;
    }

    private double certificateUntil() {
        ServerIdentity current = identity;
        return current == null
                ? Double.NaN
                : current.certificate().getNotAfter().toInstant().getEpochSecond();
    }

    private void look() {
        try {
            certificates.look();
            if (tickets != null) {
                tickets.look();
            }
            if (random != null) {
                rotate(random);
            }
        } catch (RuntimeException broken) {
            LOG.atError().setMessage("TLS files not looked at").setCause(broken).log();
        }
    }

    private void takeCertificate() {
        ServerIdentity found = ServerIdentity.read(certificateFile, keyFile);
        Instant end = found.certificate().getNotAfter().toInstant();
        if (end.isBefore(clock.instant())) {
            if (identity != null) {
                throw new UnusableFileException(
                        "the certificate in " + certificateFile + " ended at " + end, null);
            }
            LOG.atError().setMessage("server certificate has ended").addKeyValue("at", end).log();
        }
        try {
            SslContext made = build(found);
            install(made, ticketKeys);
            context = made;
            identity = found;
        } catch (SSLException unusable) {
            throw new UnusableFileException(
                    "TLS does not take " + certificateFile + " and " + keyFile, unusable);
        }
        LOG.atInfo()
                .setMessage("server certificate in force")
                .addKeyValue("subject", found.certificate().getSubjectX500Principal())
                .addKeyValue("serial", found.certificate().getSerialNumber().toString(16))
                .addKeyValue("until", end)
                .log();
    }

    private SslContext build(ServerIdentity found) throws SSLException {
        return SslContextBuilder.forServer(found.key(), found.chain())
                .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .trustManager(trust)
                .clientAuth(ClientAuth.REQUIRE)
                .protocols(PROTOCOLS)
                .sessionTimeout(TICKET_LIFE.toSeconds())
                .build();
    }

    private void rotate(TicketKeys keys) {
        if (keys.rotate(clock.instant())) {
            use(keys.keys());
        }
    }

    private void use(List<OpenSslSessionTicketKey> keys) {
        ticketKeys = keys;
        SslContext current = context;
        if (current != null) {
            install(current, keys);
        }
    }

    private static void install(SslContext context, List<OpenSslSessionTicketKey> keys) {
        if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
            // A vehicle brings its session in the ticket; nothing is kept for it here.
            sessions.setSessionCacheEnabled(false);
            sessions.setTicketKeys(keys.toArray(OpenSslSessionTicketKey[]::new));
        }
    }
}
