package dev.driveline.gateway.tls;

import dev.driveline.contract.id.Vin;
import dev.driveline.gateway.identity.ChainRefusal;
import dev.driveline.gateway.identity.RefusedChainException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What became of each handshake: counted always, explained in the log and to who listens at a
 * limited rate (an address {@value #AN_ADDRESS} and a claimed VIN {@value #A_VIN} times a minute,
 * all together {@value #IN_ALL} times a second). Thread-safe.
 */
final class HandshakeLog {

    static final int AN_ADDRESS = 20;
    static final int A_VIN = 3;
    static final int IN_ALL = 20;

    private static final Logger LOG = LoggerFactory.getLogger(HandshakeLog.class);
    private static final int KEYS = 10_000;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Clock clock;
    private final TlsFront.Refusals refusals;
    private final Ration<String> byAddress = new Ration<>(AN_ADDRESS, MINUTE, KEYS);
    private final Ration<Vin> byVin = new Ration<>(A_VIN, MINUTE, KEYS);
    private final Ration<HandshakeLog> all = new Ration<>(IN_ALL, Duration.ofSeconds(1), 1);
    private final Map<HandshakeFailure, Counter> refused = new EnumMap<>(HandshakeFailure.class);
    private final Counter full;
    private final Counter resumed;

    HandshakeLog(MeterRegistry metrics, Clock clock, TlsFront.Refusals refusals) {
        this.clock = clock;
        this.refusals = refusals;
        for (HandshakeFailure failure : HandshakeFailure.values()) {
            refused.put(
                    failure,
                    Counter.builder("gateway.handshakes.refused")
                            .tag("reason", failure.name())
                            .register(metrics));
        }
        full = done(metrics, false);
        resumed = done(metrics, true);
    }

    void succeeded(boolean wasResumed) {
        (wasResumed ? resumed : full).increment();
    }

    /** Without a chain: closed before TLS, or for something about TLS itself. */
    void failed(HandshakeFailure failure, SocketAddress peer, String why) {
        count(failure);
        if (mayExplain(host(peer))) {
            LOG.atInfo()
                    .setMessage("handshake refused")
                    .addKeyValue("reason", failure)
                    .addKeyValue("peer", peer)
                    .addKeyValue("why", why)
                    .log();
        }
    }

    void failed(Throwable cause, SocketAddress peer) {
        RefusedChainException chain = HandshakeFailure.refusedChain(cause);
        HandshakeFailure failure = HandshakeFailure.of(cause);
        if (chain == null) {
            failed(failure, peer, String.valueOf(cause.getMessage()));
        } else {
            count(failure);
            explain(chain.refusal(), host(peer));
        }
    }

    private void explain(ChainRefusal refusal, String host) {
        Vin claimed = refusal.claimedVin();
        boolean vinHasMore = claimed == null || byVin.take(claimed, clock.millis());
        if (!vinHasMore || !mayExplain(host)) {
            return;
        }
        LOG.atInfo()
                .setMessage("handshake refused")
                .addKeyValue("reason", refusal.reason())
                .addKeyValue("peer", host)
                .addKeyValue("claimedVin", claimed)
                .addKeyValue("certificate", refusal.leaf())
                .addKeyValue("anchor", refusal.anchor())
                .addKeyValue("why", refusal.why())
                .log();
        if (claimed != null) {
            refusals.refused(refusal, claimed, host);
        }
    }

    private boolean mayExplain(String host) {
        long now = clock.millis();
        return byAddress.take(host, now) && all.take(this, now);
    }

    private void count(HandshakeFailure failure) {
        Counter counter = refused.get(failure);
        if (counter != null) {
            counter.increment();
        }
    }

    private static String host(SocketAddress peer) {
        return peer instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : String.valueOf(peer);
    }

    private static Counter done(MeterRegistry metrics, boolean wasResumed) {
        return Counter.builder("gateway.tls.handshakes")
                .tag("resumed", String.valueOf(wasResumed))
                .register(metrics);
    }
}
