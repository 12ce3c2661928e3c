package dev.driveline.gateway.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import io.netty.util.concurrent.Future;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * One connection's TLS, which begins only if the gate let it in, and whose outcome is told.
 *
 * <p>Touched on its channel's event loop only.
 */
final class GatedTlsHandler extends SslHandler {

    private final Door door;
    private final @Nullable HandshakeFailure closed;
    private boolean entered;
    private boolean told;

    /**
     * @param closed why the gate let it not in; null if it did
     */
    GatedTlsHandler(
            SSLEngine engine, Executor tasks, Door door, @Nullable HandshakeFailure closed) {
        super(engine, tasks);
        this.door = door;
        this.closed = closed;
        this.entered = closed == null;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        if (closed != null) {
            refuse(ctx, closed, "closed before TLS");
            return;
        }
        if (door.behindProxy()) {
            if (!door.believes(ctx.channel().remoteAddress())) {
                refuse(ctx, HandshakeFailure.PROXY_PEER, "not in mqtt.proxy-from");
                return;
            }
            ProxyHeader.before(ctx, why -> tell(HandshakeFailure.PROXY_HEADER, ctx, why));
        }
        super.handlerAdded(ctx);
        var _ = handshakeFuture().addListener(done -> finished(ctx, done));
    }

    private void refuse(ChannelHandlerContext ctx, HandshakeFailure failure, String why) {
        tell(failure, ctx, why);
        leave();
        var _ = ctx.close();
    }

    private void finished(ChannelHandlerContext ctx, Future<?> done) {
        leave();
        if (done.isSuccess()) {
            door.log().succeeded(wasResumed());
        } else if (!told) {
            told = true;
            door.log().failed(done.cause(), peer(ctx));
        }
    }

    private void tell(HandshakeFailure failure, ChannelHandlerContext ctx, String why) {
        told = true;
        door.log().failed(failure, peer(ctx), why);
    }

    private void leave() {
        if (entered) {
            entered = false;
            door.gate().leave();
        }
    }

    private boolean wasResumed() {
        return engine() instanceof ReferenceCountedOpenSslEngine openSsl
                && SSL.isSessionReused(openSsl.sslPointer());
    }

    private static java.net.SocketAddress peer(ChannelHandlerContext ctx) {
        SocketAddress client = ctx.channel().attr(ProxyHeader.CLIENT).get();
        return client == null
                ? ctx.channel().remoteAddress()
                : new InetSocketAddress(client.host(), client.port());
    }
}
