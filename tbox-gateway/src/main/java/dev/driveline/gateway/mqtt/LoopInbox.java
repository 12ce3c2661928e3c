package dev.driveline.gateway.mqtt;

import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.Context;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** Work from other threads for one event loop, many pieces for one wake-up. Thread-safe. */
final class LoopInbox {

    private final Context context;
    private final ConcurrentLinkedQueue<Runnable> work = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Set<ChannelHandlerContext> toFlush = new LinkedHashSet<>();

    LoopInbox(Context context) {
        this.context = context;
    }

    void execute(Runnable piece) {
        work.add(piece);
        if (scheduled.compareAndSet(false, true)) {
            context.runOnContext(onLoop -> drain());
        }
    }

    /** On the loop: flushes the connection once, after the work at hand. */
    void flushLater(ChannelHandlerContext connection) {
        if (toFlush.add(connection) && scheduled.compareAndSet(false, true)) {
            context.runOnContext(onLoop -> drain());
        }
    }

    private void drain() {
        scheduled.set(false);
        Runnable piece = work.poll();
        while (piece != null) {
            piece.run();
            piece = work.poll();
        }
        // Flushing may call back into the links, and so into this set.
        List<ChannelHandlerContext> now = List.copyOf(toFlush);
        toFlush.clear();
        now.forEach(ChannelHandlerContext::flush);
    }
}
