package dev.driveline.simulator.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.List;

/**
 * One connection's inbound side: cuts the bytes into packets and tells the vehicle. On the
 * vehicle's event loop only.
 */
final class Dialogue extends ByteToMessageDecoder {

    private static final int MAX_LENGTH_BYTES = 4;

    private final Vehicle vehicle;

    Dialogue(Vehicle vehicle) {
        this.vehicle = vehicle;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        int start = in.readerIndex();
        int length = 0;
        for (int i = 0; i < MAX_LENGTH_BYTES; i++) {
            if (in.readableBytes() < 2 + i) {
                return;
            }
            int part = in.getByte(start + 1 + i);
            length |= (part & 0x7F) << (7 * i);
            if (part >= 0) {
                whole(context, in, start, 2 + i, length);
                return;
            }
        }
        vehicle.broken(context.channel(), "a remaining length of more than four bytes");
        in.skipBytes(in.readableBytes());
    }

    private void whole(
            ChannelHandlerContext context, ByteBuf in, int start, int headBytes, int length) {
        if (in.readableBytes() < headBytes + length) {
            return;
        }
        int body = start + headBytes;
        switch (in.getUnsignedByte(start) >>> 4) {
            case Packets.CONNACK ->
                    vehicle.answered(
                            context.channel(),
                            in.getUnsignedByte(body + 1),
                            FleetTls.resumed(context.pipeline().get(SslHandler.class)));
            case Packets.PUBACK ->
                    vehicle.acknowledged(
                            in.getUnsignedShort(body),
                            length > 2 ? in.getUnsignedByte(body + 2) : 0);
            case Packets.PUBLISH -> {
                if ((in.getByte(start) & 0x06) != 0) {
                    int packetId = in.getUnsignedShort(body + 2 + in.getUnsignedShort(body));
                    var _ =
                            context.write(
                                    Packets.puback(context.alloc(), packetId),
                                    context.voidPromise());
                }
            }
            case Packets.DISCONNECT -> vehicle.dismissed(length > 0 ? in.getUnsignedByte(body) : 0);
            case Packets.PINGRESP -> {}
            default ->
                    vehicle.broken(
                            context.channel(), "packet type " + (in.getUnsignedByte(start) >>> 4));
        }
        in.skipBytes(headBytes + length);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                vehicle.secured(context.channel());
            } else {
                vehicle.broken(context.channel(), "handshake: " + handshake.cause().getMessage());
            }
        }
        super.userEventTriggered(context, event);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        context.flush();
        super.channelReadComplete(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        super.channelInactive(context);
        vehicle.gone(context.channel());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        vehicle.broken(
                context.channel(), cause.getClass().getSimpleName() + ": " + cause.getMessage());
    }
}
