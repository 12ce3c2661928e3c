package dev.driveline.gateway.mqtt;

import io.vertx.core.Context;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** Work from other threads for one event loop, many pieces for one wake-up. Thread-safe. */
final class LoopInbox {

    private final Context context;
    private final ConcurrentLinkedQueue<Runnable> work = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    LoopInbox(Context context) {
        this.context = context;
    }

    void execute(Runnable piece) {
        work.add(piece);
        if (scheduled.compareAndSet(false, true)) {
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
    }
}
