package dev.driveline.runtime.rest;

import dev.driveline.runtime.auth.Scope;
import org.jspecify.annotations.Nullable;

/**
 * One method on one path.
 *
 * @param path a template such as {@code /api/v1/vehicles/{vin}/commands}; a parameter is one
 *     segment, unless {@code spanning}
 * @param scope what the token must have; null for a route that anybody may call
 * @param maxBodyBytes a larger body is answered with BODY_TOO_LARGE
 * @param spanning whether the parameter that ends the path may hold slashes
 * @param streamed whether the handler reads the body while it comes, by {@link Exchange#stream}
 */
public record Route(
        String method,
        String path,
        @Nullable Scope scope,
        long maxBodyBytes,
        boolean spanning,
        boolean streamed,
        Handler handler) {

    private Route(
            String method, String path, @Nullable Scope scope, long maxBodyBytes, Handler handler) {
        this(method, path, scope, maxBodyBytes, false, false, handler);
    }

    /** Enough for every JSON body. */
    public static final int USUAL_BODY_BYTES = 256 * 1024;

    public static Route get(String path, @Nullable Scope scope, Handler handler) {
        return new Route("GET", path, scope, USUAL_BODY_BYTES, handler);
    }

    public static Route post(String path, @Nullable Scope scope, Handler handler) {
        return new Route("POST", path, scope, USUAL_BODY_BYTES, handler);
    }

    public static Route put(String path, @Nullable Scope scope, Handler handler) {
        return new Route("PUT", path, scope, USUAL_BODY_BYTES, handler);
    }

    public static Route patch(String path, @Nullable Scope scope, Handler handler) {
        return new Route("PATCH", path, scope, USUAL_BODY_BYTES, handler);
    }

    public static Route delete(String path, @Nullable Scope scope, Handler handler) {
        return new Route("DELETE", path, scope, USUAL_BODY_BYTES, handler);
    }

    /** The same with another limit for the body. */
    public Route withBodyUpTo(int bytes) {
        return new Route(method, path, scope, bytes, spanning, false, handler);
    }

    /** The same, its last parameter being whatever follows. */
    public Route withSpanningParameter() {
        return new Route(method, path, scope, maxBodyBytes, true, streamed, handler);
    }

    /** The same with a body that is not gathered first; the caller is known before it is read. */
    public Route withStreamUpTo(long bytes) {
        return new Route(method, path, scope, bytes, spanning, true, handler);
    }

    /** The same with another handler. */
    public Route with(Handler other) {
        return new Route(method, path, scope, maxBodyBytes, spanning, streamed, other);
    }

    /** Runs on a virtual thread; straight blocking code. */
    @FunctionalInterface
    public interface Handler {

        /**
         * Answers one request.
         *
         * @throws ProblemException for every expected error
         */
        Answer handle(Exchange exchange) throws Exception;
    }
}
