package dev.driveline.registry.est;

import dev.driveline.registry.certificate.Applicant;
import dev.driveline.registry.certificate.Enrolment;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.runtime.rest.ProblemException;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * EST over TLS: {@code cacerts} for anybody, {@code simpleenroll} for who shows a birth certificate
 * (checked by TLS against the birth authorities) or a one-time token as HTTP Basic {@code
 * serial:token}. Source: RFC 7030 §4.1, §4.2.
 *
 * <p>Answers: 200 certificates, 202 later, 400 unusable request, 401 not known, 403 forbidden, 413,
 * 415, 429, 503; all but the first a sentence (a 401 to who shows nothing: none). Requests run on
 * virtual threads.
 */
public final class EstServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EstServer.class);
    private static final String PATH = "/.well-known/est/";
    private static final int MAX_BODY_BYTES = 16 * 1024;
    private static final int BURST_S = 10;
    private static final long START_LIMIT_S = 30;

    private final EstConfig config;
    private final Enrolment enrolment;
    private final Formats formats;
    private final MeterRegistry metrics;
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore places;
    private final Pace pace;
    private final HttpServer server;

    /**
     * What the certificates look like.
     *
     * @param birthSerial the TBox serial that a birth certificate names
     * @param certsOnly PKCS#7 of certificates in DER
     * @param authorities the answer to {@code cacerts}, DER
     */
    public record Formats(
            Function<X509Certificate, Optional<TboxSerial>> birthSerial,
            Function<List<byte[]>, byte[]> certsOnly,
            byte[] authorities) {}

    private EstServer(
            Vertx vertx,
            EstConfig config,
            Enrolment enrolment,
            Formats formats,
            MeterRegistry metrics) {
        this.config = config;
        this.enrolment = enrolment;
        this.formats = formats;
        this.metrics = metrics;
        this.places = new Semaphore(config.maxConcurrent());
        this.pace = new Pace(config.perSecond(), config.perSecond() * BURST_S, System.nanoTime());
        Router router = Router.router(vertx);
        router.get(PATH + "cacerts")
                .handler(context ->
                        send(context, EstAnswer.certificates(formats.authorities(), "cacerts")));
        router.post(PATH + "simpleenroll")
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
                .handler(this::dispatch)
                .failureHandler(EstServer::failed);
        this.server =
                vertx.createHttpServer(optionsOf(config))
                        .requestHandler(router)
                        .exceptionHandler(
                                refused -> metrics.counter("est.connections.failed").increment());
    }

    /**
     * Opens the port.
     *
     * @throws IllegalStateException naming host and port, if it is taken or a file is unusable
     */
    public static EstServer start(
            Vertx vertx,
            EstConfig config,
            Enrolment enrolment,
            Formats formats,
            MeterRegistry metrics) {
        EstServer est = new EstServer(vertx, config, enrolment, formats, metrics);
        try {
            var _ =
                    est.server
                            .listen()
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(START_LIMIT_S, TimeUnit.SECONDS);
            return est;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while opening the EST port", interrupted);
        } catch (ExecutionException | TimeoutException failed) {
            throw new IllegalStateException(
                    "cannot listen for EST on "
                            + config.host()
                            + ":"
                            + config.port()
                            + " (settings est.*): "
                            + failed.getMessage(),
                    failed);
        }
    }

    /** The port that is open. */
    public int port() {
        return server.actualPort();
    }

    @Override
    public void close() {
        requests.shutdownNow();
        server.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(5, TimeUnit.SECONDS)
                .exceptionally(late -> null)
                .join();
    }

    private static HttpServerOptions optionsOf(EstConfig config) {
        HttpServerOptions options =
                new HttpServerOptions()
                        .setHost(config.host())
                        .setPort(config.port())
                        .setSsl(true)
                        .setIdleTimeout(60)
                        .setKeyCertOptions(
                                new PemKeyCertOptions()
                                        .setCertPath(config.certificate().toString())
                                        .setKeyPath(config.key().toString()));
        if (config.birthAuthorities() != null) {
            options.setClientAuth(ClientAuth.REQUEST)
                    .setTrustOptions(
                            new PemTrustOptions()
                                    .addCertPath(config.birthAuthorities().toString()));
        }
        return options;
    }

    /** On the event loop; hands over to a virtual thread. */
    private void dispatch(RoutingContext context) {
        if (!pace.take(System.nanoTime())) {
            send(context, later(429, "too many enrolments at the moment"));
            return;
        }
        if (!places.tryAcquire()) {
            send(context, later(503, "too many enrolments at work"));
            return;
        }
        try {
            var _ = requests.submit(() -> run(context));
        } catch (RejectedExecutionException stopping) {
            places.release();
            send(context, later(503, "the service is stopping"));
        }
    }

    private void run(RoutingContext context) {
        try {
            send(context, enrol(context));
        } catch (ProblemException problem) {
            send(context, later(problem.code().status(), String.valueOf(problem.getMessage())));
        } catch (RuntimeException bug) {
            LOG.atError().setMessage("enrolment failed").setCause(bug).log();
            send(context, EstAnswer.sentence(500, "error", "an error of ours"));
        } finally {
            places.release();
        }
    }

    private EstAnswer enrol(RoutingContext context) {
        String type = context.request().getHeader("Content-Type");
        if (type == null || !type.startsWith("application/pkcs10")) {
            return EstAnswer.sentence(
                    415, "unusable", "expected Content-Type application/pkcs10, got " + type);
        }
        Applicant applicant = Credentials.of(context.request(), formats.birthSerial());
        if (applicant == null) {
            return EstAnswer.challenge();
        }
        Buffer body = context.body().buffer();
        byte[] request;
        try {
            request = Base64.getMimeDecoder().decode(body == null ? new byte[0] : body.getBytes());
        } catch (IllegalArgumentException notBase64) {
            return EstAnswer.sentence(400, "unusable", "expected a body in Base64");
        }
        Enrolment.Outcome outcome = enrolment.enrol(applicant, request);
        LOG.atInfo()
                .setMessage("enrolment")
                .addKeyValue("tbox", applicant.serial())
                .addKeyValue("by", applicant.getClass().getSimpleName())
                .addKeyValue("outcome", outcome.getClass().getSimpleName())
                .log();
        return answerOf(outcome);
    }

    private EstAnswer answerOf(Enrolment.Outcome outcome) {
        return switch (outcome) {
            case Enrolment.Outcome.Issued issued ->
                    EstAnswer.certificates(
                            formats.certsOnly().apply(List.of(issued.certificate().der())),
                            "issued");
            case Enrolment.Outcome.Later later -> later(202, later.why());
            case Enrolment.Outcome.NotKnown unknown -> unknown(unknown.why());
            case Enrolment.Outcome.Forbidden forbidden ->
                    EstAnswer.sentence(403, "forbidden", forbidden.why());
            case Enrolment.Outcome.Unusable unusable ->
                    EstAnswer.sentence(400, "unusable", unusable.why());
        };
    }

    private static EstAnswer unknown(String why) {
        return EstAnswer.sentence(401, "unknown", why)
                .with(EstAnswer.AUTHENTICATE, EstAnswer.SCHEME);
    }

    private EstAnswer later(int status, String why) {
        return EstAnswer.sentence(status, "later", why)
                .with("Retry-After", String.valueOf(config.retryAfter().toSeconds()));
    }

    private void send(RoutingContext context, EstAnswer answer) {
        metrics.counter("est.requests", "outcome", answer.outcome()).increment();
        write(context, answer);
    }

    private static void failed(RoutingContext context) {
        write(
                context,
                context.statusCode() == 413
                        ? EstAnswer.sentence(
                                413, "unusable", "the body is larger than " + MAX_BODY_BYTES)
                        : EstAnswer.sentence(500, "error", "an error of ours"));
    }

    private static void write(RoutingContext context, EstAnswer answer) {
        HttpServerResponse response = context.response();
        if (response.headWritten() || response.closed()) {
            return;
        }
        response.setStatusCode(answer.status());
        answer.headers().forEach(response::putHeader);
        var _ = response.end(Buffer.buffer(answer.body()));
    }
}
