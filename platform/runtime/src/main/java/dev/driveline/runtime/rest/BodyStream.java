package dev.driveline.runtime.rest;

import dev.driveline.contract.error.ErrorCode;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.InputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A request's body while it comes: read by the virtual thread of the request, filled by its event
 * loop, a few pieces ahead at most, so that a slow reader slows the sender.
 *
 * <p>Reading throws {@link ProblemException}: BODY_TOO_LARGE beyond the limit, INVALID_REQUEST if
 * the caller goes or sends nothing for half a minute.
 */
final class BodyStream extends InputStream {

    private static final int PIECES_AHEAD = 16;
    private static final long SILENCE_LIMIT_S = 30;

    private final Context context;
    private final HttpServerRequest request;
    private final long limit;
    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private byte[] piece = new byte[0];
    private int at;
    private int asked;
    private long taken;
    private boolean ended;

    private enum Kind {
        BODY,
        END,
        BROKEN
    }

    private record Piece(Kind kind, byte[] bytes) {
        static Piece of(Kind kind) {
            return new Piece(kind, new byte[0]);
        }
    }

    /** On the event loop of the request, before any of its body was handed out. */
    BodyStream(Context context, HttpServerRequest request, long limit) {
        this.context = context;
        this.request = request;
        this.limit = limit;
        request.pause();
        request.handler(buffer -> pieces.add(new Piece(Kind.BODY, buffer.getBytes())));
        request.endHandler(end -> pieces.add(Piece.of(Kind.END)));
        request.exceptionHandler(broken -> pieces.add(Piece.of(Kind.BROKEN)));
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int from, int length) {
        if (length == 0) {
            return 0;
        }
        while (at == piece.length) {
            if (ended) {
                return -1;
            }
            take();
        }
        int count = Math.min(length, piece.length - at);
        System.arraycopy(piece, at, into, from, count);
        at += count;
        return count;
    }

    /** Reads and forgets what the handler left, so that the caller can read its answer. */
    void finish() {
        if (ended) {
            return;
        }
        context.runOnContext(onLoop -> {
            request.handler(this::forget);
            request.resume();
        });
    }

    private void forget(Buffer buffer) {
        taken += buffer.length();
        if (taken > limit) {
            var _ = request.connection().close();
        }
    }

    private void take() {
        if (asked == 0) {
            asked = PIECES_AHEAD;
            context.runOnContext(onLoop -> request.fetch(PIECES_AHEAD));
        }
        Piece next = awaitPiece();
        asked--;
        if (next.kind() == Kind.BROKEN) {
            ended = true;
            throw new ProblemException(ErrorCode.INVALID_REQUEST, "body: it broke off");
        }
        ended = next.kind() == Kind.END;
        taken += next.bytes().length;
        if (taken > limit) {
            throw new ProblemException(
                    ErrorCode.BODY_TOO_LARGE,
                    "the body is larger than the " + limit + " bytes that the route takes");
        }
        piece = next.bytes();
        at = 0;
    }

    private Piece awaitPiece() {
        try {
            Piece next = pieces.poll(SILENCE_LIMIT_S, TimeUnit.SECONDS);
            if (next == null) {
                throw new ProblemException(
                        ErrorCode.INVALID_REQUEST,
                        "body: nothing came for " + SILENCE_LIMIT_S + " s");
            }
            return next;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new ProblemException(ErrorCode.UNAVAILABLE, "the service is stopping");
        }
    }
}
