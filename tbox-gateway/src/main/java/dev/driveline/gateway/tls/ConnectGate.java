package dev.driveline.gateway.tls;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may begin a handshake: so many connects a second (a second's worth at once after a pause),
 * and so many handshakes at a time. After a restart a whole fleet comes at once; what is let in is
 * served, what is not is told so by a close that costs nothing. Thread-safe.
 */
final class ConnectGate {

    private static final double NANOS = 1e9;

    private final int perSecond;
    private final int atOnce;
    private final LongSupplier nanoTime;
    private double tokens;
    private long refilled;
    private int handshakes;

    ConnectGate(int perSecond, int atOnce, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.atOnce = atOnce;
        this.nanoTime = nanoTime;
        this.tokens = perSecond;
        this.refilled = nanoTime.getAsLong();
    }

    /**
     * Asks for a place, which {@link #leave} gives back.
     *
     * @return why there is none, or null
     */
    synchronized @Nullable HandshakeFailure enter() {
        long now = nanoTime.getAsLong();
        tokens = Math.min(perSecond, tokens + (now - refilled) / NANOS * perSecond);
        refilled = now;
        if (tokens < 1) {
            return HandshakeFailure.CONNECT_RATE;
        }
        if (handshakes >= atOnce) {
            return HandshakeFailure.HANDSHAKES_AT_ONCE;
        }
        tokens--;
        handshakes++;
        return null;
    }

    synchronized void leave() {
        handshakes--;
    }

    synchronized int handshakes() {
        return handshakes;
    }
}
