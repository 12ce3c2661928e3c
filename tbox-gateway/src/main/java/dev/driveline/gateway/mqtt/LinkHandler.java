package dev.driveline.gateway.mqtt;

import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.gateway.identity.VehicleIdentity;
import dev.driveline.gateway.link.CloseReason;
import dev.driveline.gateway.link.Effect;
import dev.driveline.gateway.link.Input;
import dev.driveline.gateway.link.Limits;
import dev.driveline.gateway.link.Link;
import dev.driveline.gateway.link.Protocol;
import dev.driveline.gateway.operation.SessionHead;
import dev.driveline.gateway.operation.Sighting;
import dev.driveline.gateway.session.Resumable;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connected vehicle, from its CONNECT on: stands behind the MQTT decoder, turns packets into
 * inputs of the {@link Link} and does what it wants done.
 *
 * <p>Touched on its own event loop only; {@link #input} and {@link #ask} may be called on any
 * thread.
 */
final class LinkHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(LinkHandler.class);

    private final EdgeParts parts;
    private final LoopInbox loop;
    private final VehicleIdentity identity;
    private final Link link;
    private final Packets packets;
    private final Bridge bridge;
    private final List<Effect> effects = new ArrayList<>();
    private @Nullable ChannelHandlerContext context;
    private final Deque<Object> held = new ArrayDeque<>();
    private boolean reading = true;
    private boolean inRead;

    LinkHandler(
            EdgeParts parts,
            LoopInbox loop,
            VehicleIdentity identity,
            Protocol protocol,
            Limits limits,
            Bridge.Session session) {
        this.parts = parts;
        this.loop = loop;
        this.identity = identity;
        this.link = new Link(limits, parts.run(), parts.slot());
        this.packets = new Packets(protocol, limits, identity.vin());
        this.bridge = new Bridge(parts, this, identity, protocol, session);
    }

    Vin vin() {
        return identity.vin();
    }

    VehicleIdentity identity() {
        return identity;
    }

    /** Takes the place behind the decoder and answers the CONNECT. */
    void start(EndpointSocket socket, Input.Connect connect) {
        socket.handTo(this);
        inRead = true;
        step(connect);
    }

    boolean open() {
        return link.open();
    }

    boolean closed() {
        return link.closed();
    }

    /** Any thread: to be stepped on the link's own loop. */
    void input(Input input) {
        loop.execute(() -> step(input));
    }

    /** Any thread: what never changes of the connection. */
    SessionHead head() {
        return bridge.head();
    }

    /** Any thread: what the link looks like, as its own loop sees it. */
    CompletableFuture<Sighting> ask() {
        CompletableFuture<Sighting> answer = new CompletableFuture<>();
        loop.execute(() -> {
            Link.Snapshot seen = link.snapshot(parts.clock().millis());
            answer.complete(
                    seen == null ? new Sighting.NotHere() : new Sighting.Here(head(), seen));
        });
        return answer;
    }

    /** Any thread: another gateway took this session for lost. */
    void declaredLost(SessionId declared) {
        if (declared.equals(bridge.session())) {
            input(new Input.DeclaredLost());
        }
    }

    /** Any thread. */
    void caughtUp(SessionId session, @Nullable Resumable latest) {
        if (session.equals(bridge.session())) {
            input(new Input.CaughtUp(latest));
        }
    }

    void tick() {
        step(new Input.Tick());
    }

    /** On the link's own loop only. */
    void step(Input input) {
        link.step(parts.clock().millis(), input, effects);
        parts.traces().stepped(vin(), input, effects);
        if (!effects.isEmpty()) {
            List<Effect> wanted = List.copyOf(effects);
            effects.clear();
            wanted.forEach(this::run);
        }
    }

    /** Any thread. */
    void onLoop(Runnable piece) {
        loop.execute(piece);
    }

    // Netty.

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        inRead = true;
        if (reading && held.isEmpty()) {
            take(message);
        } else {
            held.addLast(message);
        }
    }

    private void take(Object message) {
        try {
            if (message instanceof MqttMessage packet) {
                step(Inputs.of(packet));
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    /** Not reading holds back what one read of the socket has decoded already, too. */
    private void read(boolean on) {
        reading = on;
        channel().config().setAutoRead(on);
        if (on && !held.isEmpty()) {
            loop.execute(this::takeHeld);
        }
    }

    private void takeHeld() {
        while (reading && !held.isEmpty()) {
            take(held.removeFirst());
        }
    }

    private void dropHeld() {
        held.forEach(ReferenceCountUtil::release);
        held.clear();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        inRead = false;
        ctx.flush();
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        step(new Input.Writable(ctx.channel().isWritable()));
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        step(new Input.Gone());
        dropHeld();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.atDebug().setMessage("link broken").addKeyValue("vin", vin()).setCause(cause).log();
        if (cause instanceof DecoderException) {
            step(Inputs.undecodable(cause));
        } else {
            var _ = ctx.close();
        }
    }

    // Effects.

    private void run(Effect effect) {
        switch (effect) {
            case Effect.Accept accept -> {
                write(packets.accept(accept));
                bridge.accepted(accept);
            }
            case Effect.Refuse refuse -> {
                bridge.refused(refuse);
                write(packets.refuse(refuse));
            }
            case Effect.PubAck ack -> write(packets.pubAck(ack.packetId(), ack.code(), ack.why()));
            case Effect.PubRec rec -> write(packets.pubRec(rec.packetId(), rec.code(), rec.why()));
            case Effect.PubRel rel -> write(packets.pubRel(rel.packetId(), rel.code()));
            case Effect.PubComp comp -> write(packets.pubComp(comp.packetId(), comp.code()));
            case Effect.SubAck subAck -> write(packets.subAck(subAck));
            case Effect.UnsubAck unsubAck -> write(packets.unsubAck(unsubAck));
            case Effect.PingResp _ -> write(packets.pingResp());
            case Effect.Publish publish -> publish(publish);
            case Effect.Disconnect disconnect -> disconnect(disconnect);
            case Effect.Read read -> read(read.on());
            case Effect.Hangup _ -> Farewell.begin(context());
            case Effect.Forward forward -> bridge.forward(forward);
            case Effect.Reject reject -> bridge.reject(reject);
            case Effect.Online online -> bridge.online(online);
            case Effect.Offline offline -> bridge.offline(offline);
            case Effect.Report report -> bridge.report(report);
            case Effect.Save save -> bridge.save(save);
            case Effect.Forget forget -> parts.sessions().forget(vin(), forget.session());
            case Effect.FireWill will -> bridge.fireWill(will);
            case Effect.Event event -> parts.events().event(vin(), event.type(), event.data());
            case Effect.Quarantine _ -> parts.quarantine().put(vin(), parts.clock().millis());
            case Effect.RefusedSubscribe _ -> parts.metrics().refusedSubscribe();
        }
    }

    private void publish(Effect.Publish publish) {
        var _ =
                context()
                        .write(packets.publish(publish))
                        .addListener(written -> {
                            if (written.isSuccess()) {
                                input(new Input.Written(publish.packetId()));
                            }
                        });
        flushLater();
    }

    private void disconnect(Effect.Disconnect disconnect) {
        LOG.atDebug()
                .setMessage("link closed")
                .addKeyValue("vin", vin())
                .addKeyValue("reason", disconnect.reason())
                .addKeyValue("why", disconnect.why())
                .log();
        parts.metrics().closed(disconnect.reason());
        String reference =
                disconnect.reason() == CloseReason.MOVED ? parts.serverReference() : null;
        write(packets.disconnect(disconnect.reason(), disconnect.why(), reference));
    }

    private void write(@Nullable MqttMessage packet) {
        if (packet != null) {
            var _ = context().write(packet);
            flushLater();
        }
    }

    /** One system call for all that a read, or a batch of Kafka's answers, gives rise to. */
    private void flushLater() {
        if (!inRead) {
            loop.flushLater(context());
        }
    }

    private Channel channel() {
        return context().channel();
    }

    private ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("the link is not in its pipeline yet");
        }
        return context;
    }
}
