package dev.driveline.runtime.rest;

import dev.driveline.runtime.json.Json;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Server-sent events, lines of JSON, or any text, on one response. Source: HTML living standard,
 * 9.2 Server-sent events.
 *
 * <p>Used by the virtual thread of its request; a full write queue blocks it until the caller reads
 * on.
 */
final class EventStream implements Answer.EventSink {

    private static final long SLOW_CALLER_LIMIT_S = 30;

    private final Context context;
    private final HttpServerResponse response;
    private final Semaphore drained = new Semaphore(0);
    private volatile boolean closed;

    /** On the event loop of the request, before the response can have been closed unseen. */
    EventStream(Context context, HttpServerResponse response) {
        this.context = context;
        this.response = response;
        response.closeHandler(gone -> {
            closed = true;
            drained.release();
        });
    }

    /** Opens a stream of events. */
    void open() throws InterruptedException {
        open("text/event-stream", ": open\n\n");
    }

    /** Opens a stream of lines. */
    void openLines() throws InterruptedException {
        open("application/x-ndjson", "");
    }

    /** Opens a stream of text. */
    void openText(String contentType) throws InterruptedException {
        open(contentType, "");
    }

    /** Sends the head; returns once it is sent, so that nothing overtakes it. */
    private void open(String type, String first) throws InterruptedException {
        CountDownLatch opened = new CountDownLatch(1);
        context.runOnContext(onLoop -> {
            try {
                begin(type, first);
            } finally {
                opened.countDown();
            }
        });
        if (!opened.await(SLOW_CALLER_LIMIT_S, TimeUnit.SECONDS)) {
            closed = true;
        }
    }

    private void begin(String type, String first) {
        response.setChunked(true)
                .putHeader("Content-Type", type)
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Accel-Buffering", "no")
                .putHeader("Content-Encoding", "identity");
        response.drainHandler(empty -> drained.release());
        response.exceptionHandler(broken -> {
            closed = true;
            drained.release();
        });
        var _ = first.isEmpty() ? response.writeHead() : response.write(first);
    }

    @Override
    public boolean send(String id, String event, Object data) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        if (!id.isEmpty()) {
            text.append("id: ").append(id).append('\n');
        }
        return write(
                text.append("event: ")
                        .append(event)
                        .append("\ndata: ")
                        .append(Json.text(data))
                        .append("\n\n")
                        .toString());
    }

    boolean text(String piece) throws InterruptedException {
        return write(piece);
    }

    boolean bytes(byte[] piece) throws InterruptedException {
        return write(Buffer.buffer(piece));
    }

    /** Ends the connection instead of the answer. */
    void reset() {
        closed = true;
        var _ = response.reset();
    }

    boolean line(Object value) throws InterruptedException {
        return write(Json.text(value) + "\n");
    }

    @Override
    public boolean keepAlive() throws InterruptedException {
        return write(": \n\n");
    }

    @Override
    public boolean closed() {
        return closed;
    }

    void end() {
        if (!closed) {
            var _ = response.end();
        }
    }

    private boolean write(String text) throws InterruptedException {
        return write(Buffer.buffer(text));
    }

    /** A caller that does not read for half a minute is let go. */
    private boolean write(Buffer piece) throws InterruptedException {
        if (closed) {
            return false;
        }
        var _ = response.write(piece);
        while (!closed && response.writeQueueFull()) {
            drained.drainPermits();
            if (response.writeQueueFull()
                    && !drained.tryAcquire(SLOW_CALLER_LIMIT_S, TimeUnit.SECONDS)) {
                closed = true;
                var _ = response.reset();
            }
        }
        return !closed;
    }
}
