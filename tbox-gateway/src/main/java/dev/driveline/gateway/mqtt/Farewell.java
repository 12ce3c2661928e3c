package dev.driveline.gateway.mqtt;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection so that the last packet arrives. TCP answers what comes to a closed socket with
 * a reset, and a reset takes away what the vehicle has not read yet: the DISCONNECT that says why,
 * from one that was sending. So our half is closed, and what still comes is dropped unread until
 * the vehicle closes its half or the time is up.
 *
 * <p>Source: RFC 1122 §4.2.2.13. On the connection's event loop only.
 */
final class Farewell extends ChannelInboundHandlerAdapter {

    /** For a packet under way over a slow link to run out. */
    static final long LIMIT_MS = 5_000;

    private Farewell() {}

    /**
     * Whatever was written goes out first.
     *
     * @param from where it was written
     */
    static void begin(ChannelHandlerContext from) {
        Channel channel = from.channel();
        Runnable cut = () -> close(channel);
        Future<?> limit = channel.eventLoop().schedule(cut, LIMIT_MS, TimeUnit.MILLISECONDS);
        var _ = channel.closeFuture().addListener(_ -> limit.cancel(false));
        var _ =
                from.writeAndFlush(Unpooled.EMPTY_BUFFER)
                        .addListener(written -> {
                            if (written.isSuccess() && channel.isActive()) {
                                closeOurHalf(channel);
                            } else {
                                close(channel);
                            }
                        });
    }

    private static void closeOurHalf(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null || !(channel instanceof DuplexChannel duplex)) {
            close(channel);
            return;
        }
        tls.closeOutbound()
                .addListener(told -> {
                    if (told.isSuccess() && channel.isActive()) {
                        channel.pipeline().addFirst("farewell", new Farewell());
                        var _ = duplex.shutdownOutput();
                        channel.config().setAutoRead(true);
                    } else {
                        close(channel);
                    }
                });
    }

    private static void close(Channel channel) {
        var _ = channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object ciphertext) {
        ReferenceCountUtil.release(ciphertext);
    }
}
