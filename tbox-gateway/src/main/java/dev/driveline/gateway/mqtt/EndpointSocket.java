package dev.driveline.gateway.mqtt;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.mqtt.MqttEndpoint;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The socket under a vertx-mqtt endpoint, which keeps it to itself: after CONNECT our own handler
 * stands behind the decoder in place of Vert.x's. Fails at class load, not at run time, should the
 * field go.
 */
final class EndpointSocket {

    private static final VarHandle CONNECTION = connection();

    private final NetSocketInternal socket;

    private EndpointSocket(NetSocketInternal socket) {
        this.socket = socket;
    }

    static EndpointSocket of(MqttEndpoint endpoint) {
        return new EndpointSocket((NetSocketInternal) CONNECTION.get(endpoint));
    }

    /**
     * Puts a handler behind the decoder and takes away what Vert.x has there: its idle handler,
     * which would close a link that we do not read, and its connection with 5 kB of queues that
     * nothing will go through any more. The server knows its channels apart from that.
     */
    void handTo(ChannelHandler handler) {
        ChannelPipeline pipeline = channel().pipeline();
        pipeline.addBefore("handler", "link", handler);
        for (String name : new String[] {"idle", "keepAliveHandler", "handler"}) {
            if (pipeline.get(name) != null) {
                pipeline.remove(name);
            }
        }
    }

    private Channel channel() {
        return socket.channelHandlerContext().channel();
    }

    private static VarHandle connection() {
        try {
            Class<?> type = Class.forName("io.vertx.mqtt.impl.MqttEndpointImpl");
            return MethodHandles.privateLookupIn(type, MethodHandles.lookup())
                    .findVarHandle(type, "conn", NetSocketInternal.class);
        } catch (ReflectiveOperationException changed) {
            throw new ExceptionInInitializerError(changed);
        }
    }
}
