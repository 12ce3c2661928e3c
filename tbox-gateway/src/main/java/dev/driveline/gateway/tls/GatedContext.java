package dev.driveline.gateway.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

/**
 * A listener's TLS: every new connection is asked for at the gate and gets the context that is in
 * force then, so that a renewed certificate needs no new listener. Thread-safe.
 */
final class GatedContext extends SslContext {

    /** For handlers that close at once: never used, but a handler must have one. */
    private static final SSLEngine NONE = noEngine();

    private final Supplier<SslContext> current;
    private final Door door;

    GatedContext(Supplier<SslContext> current, Door door) {
        this.current = current;
        this.door = door;
    }

    @Override
    protected SslHandler newHandler(
            ByteBufAllocator allocator,
            String peerHost,
            int peerPort,
            boolean startTls,
            Executor tasks) {
        HandshakeFailure closed = door.gate().enter();
        if (closed != null) {
            return new GatedTlsHandler(NONE, tasks, door, closed);
        }
        // Only a context's own handler gets the engine in its faster mode; it is asked for one.
        SSLEngine engine = current.get().newHandler(allocator, peerHost, peerPort, tasks).engine();
        return new GatedTlsHandler(engine, tasks, door, null);
    }

    @Override
    protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls, Executor tasks) {
        return newHandler(allocator, "", -1, startTls, tasks);
    }

    @Override
    public boolean isClient() {
        return false;
    }

    @Override
    public List<String> cipherSuites() {
        return current.get().cipherSuites();
    }

    @Override
    @SuppressWarnings("deprecation")
    public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
        return current.get().applicationProtocolNegotiator();
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator) {
        return current.get().newEngine(allocator);
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
        return current.get().newEngine(allocator, peerHost, peerPort);
    }

    @Override
    public SSLSessionContext sessionContext() {
        return current.get().sessionContext();
    }

    private static SSLEngine noEngine() {
        try {
            SSLEngine engine = SSLContext.getDefault().createSSLEngine();
            engine.setUseClientMode(false);
            return engine;
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has TLS", impossible);
        }
    }
}
