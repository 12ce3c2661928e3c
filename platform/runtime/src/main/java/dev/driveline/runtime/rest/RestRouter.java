package dev.driveline.runtime.rest;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Acting;
import dev.driveline.runtime.auth.Authenticator;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Grants;
import dev.driveline.runtime.auth.Scope;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one port: authenticates, limits, runs routes on virtual threads, and turns every
 * error into an RFC 9457 problem. Thread-safe.
 */
public final class RestRouter implements Handler<HttpServerRequest>, AutoCloseable {

    private final Vertx vertx;
    private final int maxConcurrent;
    private final int maxStreams;
    private final Authenticator authenticator;
    private final MeterRegistry metrics;
    private final Router router;
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore places;
    private final Semaphore streams;
    private volatile Grants grants = (tenant, subject, scope) -> Set.of();

    /**
     * @param maxConcurrent requests at work at once; more are answered 503
     * @param maxStreams event streams open at once; more are answered 503
     */
    public RestRouter(
            Vertx vertx,
            int maxConcurrent,
            int maxStreams,
            Authenticator authenticator,
            MeterRegistry metrics) {
        this.vertx = vertx;
        this.maxConcurrent = maxConcurrent;
        this.maxStreams = maxStreams;
        this.authenticator = authenticator;
        this.metrics = metrics;
        this.places = new Semaphore(maxConcurrent);
        this.streams = new Semaphore(maxStreams);
        this.router = Router.router(vertx);
        router.errorHandler(
                404,
                context ->
                        Responses.fail(
                                context,
                                ErrorCode.ROUTE_UNKNOWN,
                                String.valueOf(context.request().path())));
        router.errorHandler(
                405,
                context ->
                        Responses.fail(
                                context,
                                ErrorCode.METHOD_NOT_ALLOWED,
                                context.request().method() + " " + context.request().path()));
        router.errorHandler(
                400,
                context ->
                        Responses.fail(
                                context,
                                ErrorCode.INVALID_REQUEST,
                                String.valueOf(context.failure())));
        router.errorHandler(500, context -> Responses.unexpected(context, context.failure()));
    }

    /** Adds routes; at any time. */
    public void add(List<Route> routes) {
        for (Route route : routes) {
            var added =
                    router.routeWithRegex(
                            HttpMethod.valueOf(route.method()),
                            PathTemplate.regexOf(route.path(), route.spanning()));
            if (!route.streamed()) {
                added.handler(BodyHandler.create(false).setBodyLimit(route.maxBodyBytes()));
            }
            added.handler(context -> dispatch(route, context))
                    .failureHandler(context -> bodyFailed(route, context));
        }
    }

    /** What persons were granted; until it is known, nothing was. */
    public void grants(Grants known) {
        grants = known;
    }

    @Override
    public void handle(HttpServerRequest request) {
        router.handle(request);
    }

    /** Interrupts the requests at work. */
    @Override
    public void close() {
        requests.shutdownNow();
    }

    /** On the request's event loop; hands over to a virtual thread. */
    private void dispatch(Route route, RoutingContext context) {
        if (!places.tryAcquire()) {
            Responses.fail(
                    context,
                    ErrorCode.UNAVAILABLE,
                    "more than " + maxConcurrent + " requests at work");
            return;
        }
        long startedNs = System.nanoTime();
        Context loop = vertx.getOrCreateContext();
        EventStream stream = new EventStream(loop, context.response());
        BodyStream body =
                route.streamed()
                        ? new BodyStream(loop, context.request(), route.maxBodyBytes())
                        : null;
        try {
            var _ = requests.submit(() -> run(route, context, stream, body, startedNs));
        } catch (RejectedExecutionException stopping) {
            places.release();
            Responses.fail(context, ErrorCode.UNAVAILABLE, "the service is stopping");
        }
    }

    private void run(
            Route route,
            RoutingContext context,
            EventStream stream,
            @Nullable BodyStream body,
            long startedNs) {
        boolean held = true;
        try {
            Exchange exchange = exchangeOf(route, context, body);
            Answer answer = answer(route, exchange);
            switch (answer) {
                case Answer.Whole whole -> Responses.send(context, whole);
                case Answer.Events events -> {
                    places.release();
                    held = false;
                    stream(stream, events);
                }
                case Answer.Lines lines -> lines(route, exchange, stream, lines);
                case Answer.Text text ->
                        whole(
                                route,
                                stream,
                                text.contentType(),
                                () -> text.source().run(stream::text));
                case Answer.Bytes bytes ->
                        whole(
                                route,
                                stream,
                                bytes.contentType(),
                                () -> bytes.source().run(stream::bytes));
            }
        } catch (ProblemException problem) {
            Responses.send(
                    context,
                    Responses.problemOf(problem.code(), problem.getMessage(), problem.members()));
        } catch (InvalidValueException invalid) {
            Responses.fail(context, invalid.code(), String.valueOf(invalid.getMessage()));
        } catch (Throwable bug) {
            Responses.unexpected(context, bug);
        } finally {
            if (body != null) {
                body.finish();
            }
            if (held) {
                places.release();
            }
            Timer.builder("http.server.requests")
                    .tags(
                            "method",
                            route.method(),
                            "route",
                            route.path(),
                            "status",
                            String.valueOf(context.response().getStatusCode()))
                    .register(metrics)
                    .record(System.nanoTime() - startedNs, TimeUnit.NANOSECONDS);
        }
    }

    private static Answer answer(Route route, Exchange exchange) throws Exception {
        return route.scope() == null
                ? route.handler().handle(exchange)
                : Acting.of(exchange.caller()).call(() -> route.handler().handle(exchange));
    }

    private Exchange exchangeOf(Route route, RoutingContext context, @Nullable BodyStream stream) {
        Scope scope = route.scope();
        Caller caller = scope == null ? null : callerOf(context);
        if (scope != null && caller != null && !caller.has(scope) && !specificSend(scope, caller)) {
            throw new ProblemException(
                    ErrorCode.MISSING_SCOPE,
                    "the token of '" + caller.subject() + "' lacks the scope " + scope.text(),
                    Map.of("scope", scope.text()));
        }
        if (scope != null && caller != null && caller.person()) {
            caller = caller.granted(grants, scope, vehicleIn(context));
        }
        Buffer body = stream == null ? context.body().buffer() : null;
        return new Exchange(
                context.request().uri(),
                context.request().remoteAddress().hostAddress(),
                context.pathParams(),
                context.queryParams(),
                context.request().headers(),
                body == null ? new byte[0] : body.getBytes(),
                stream == null ? InputStream.nullInputStream() : stream,
                caller);
    }

    /** Null where the path names none; one that is no VIN is the handler's to refuse. */
    private static @Nullable Vin vehicleIn(RoutingContext context) {
        String vin = context.pathParams().get("vin");
        try {
            return vin == null ? null : Vin.of(vin);
        } catch (InvalidValueException none) {
            return null;
        }
    }

    /** commands:send:{type} opens the route; the handler checks the type. */
    private static boolean specificSend(Scope scope, Caller caller) {
        return scope == Scope.COMMANDS_SEND
                && caller.scopes().stream().anyMatch(text -> text.startsWith(scope.text() + ":"));
    }

    private Caller callerOf(RoutingContext context) {
        String header = context.request().getHeader("Authorization");
        if (header == null || !header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            throw new ProblemException(
                    ErrorCode.UNAUTHENTICATED, "expected the header Authorization: Bearer <token>");
        }
        return authenticator.authenticate(header.substring(7).strip());
    }

    /** What goes wrong after the head was sent is told in the last line. */
    private static void lines(
            Route route, Exchange exchange, EventStream stream, Answer.Lines lines)
            throws Exception {
        stream.openLines();
        try {
            if (route.scope() == null) {
                lines.source().run(stream::line);
            } else {
                var _ =
                        Acting.of(exchange.caller())
                                .call(() -> {
                                    lines.source().run(stream::line);
                                    return true;
                                });
            }
        } catch (ProblemException problem) {
            var _ =
                    stream.line(
                            Responses.lineOf(
                                    problem.code(), problem.getMessage(), problem.members()));
        } catch (InvalidValueException invalid) {
            var _ = stream.line(Responses.lineOf(invalid.code(), invalid.getMessage(), Map.of()));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (Exception bug) {
            var _ =
                    stream.line(
                            Responses.lineOf(
                                    ErrorCode.INTERNAL,
                                    "incident "
                                            + Responses.incident(route.path(), bug)
                                            + " in the log says more",
                                    Map.of()));
        } finally {
            stream.end();
        }
    }

    /** What writes a body. */
    @FunctionalInterface
    private interface Source {
        void run() throws Exception;
    }

    /** Half a text would be taken for the whole: it is reset instead. */
    private static void whole(Route route, EventStream stream, String contentType, Source source)
            throws InterruptedException {
        stream.openText(contentType);
        try {
            source.run();
            stream.end();
        } catch (InterruptedException stopping) {
            stream.reset();
            Thread.currentThread().interrupt();
        } catch (Exception failed) {
            var _ = Responses.incident(route.path(), failed);
            stream.reset();
        }
    }

    private void stream(EventStream stream, Answer.Events events) throws Exception {
        if (!streams.tryAcquire()) {
            throw new ProblemException(
                    ErrorCode.UNAVAILABLE, "more than " + maxStreams + " event streams are open");
        }
        try {
            stream.open();
            events.source().run(stream);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            streams.release();
            stream.end();
        }
    }

    private void bodyFailed(Route route, RoutingContext context) {
        if (context.statusCode() == 413) {
            Responses.fail(
                    context,
                    ErrorCode.BODY_TOO_LARGE,
                    "the body is larger than the "
                            + route.maxBodyBytes()
                            + " bytes that "
                            + route.path()
                            + " takes");
        } else {
            Responses.unexpected(context, context.failure());
        }
    }
}
