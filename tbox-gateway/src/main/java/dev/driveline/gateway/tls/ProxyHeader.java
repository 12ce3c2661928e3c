package dev.driveline.gateway.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.util.AttributeKey;
import io.vertx.core.net.SocketAddress;
import java.util.function.Consumer;

/**
 * Reads the PROXY header that stands before the handshake, and notes the client's address where
 * Vert.x looks for it. Touched on its channel's event loop only. Source: PROXY protocol 2.2 §2.2.
 */
final class ProxyHeader extends SimpleChannelInboundHandler<HAProxyMessage> {

    /** Vert.x's own, so that a socket's remoteAddress() is the client's. */
    static final AttributeKey<SocketAddress> CLIENT = AttributeKey.valueOf("RemoteAddressOverride");

    private final Consumer<String> refused;
    private boolean done;

    private ProxyHeader(Consumer<String> refused) {
        this.refused = refused;
    }

    /** Puts the reader before the TLS handler of a channel. */
    static void before(ChannelHandlerContext tls, Consumer<String> refused) {
        tls.pipeline()
                .addBefore(tls.name(), "proxyHeaderDecoder", new HAProxyMessageDecoder())
                .addBefore(tls.name(), "proxyHeader", new ProxyHeader(refused));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HAProxyMessage message) {
        if (message.protocolVersion() != HAProxyProtocolVersion.V2) {
            refuse(ctx, "a PROXY header of version 1");
            return;
        }
        HAProxyProxiedProtocol protocol = message.proxiedProtocol();
        boolean tcp =
                protocol == HAProxyProxiedProtocol.TCP4 || protocol == HAProxyProxiedProtocol.TCP6;
        // LOCAL: the balancer speaks for itself, to see whether we live.
        if (tcp && message.sourceAddress() != null) {
            ctx.channel()
                    .attr(CLIENT)
                    .set(
                            SocketAddress.inetSocketAddress(
                                    message.sourcePort(), message.sourceAddress()));
        }
        done = true;
        ctx.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        refuse(ctx, "no PROXY header: " + cause.getMessage());
    }

    private void refuse(ChannelHandlerContext ctx, String why) {
        if (!done) {
            done = true;
            refused.accept(why);
            var _ = ctx.close();
        }
    }
}
