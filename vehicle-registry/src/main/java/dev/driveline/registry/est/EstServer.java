package dev.driveline.registry.est;

import dev.driveline.registry.certificate.Applicant;
import dev.driveline.registry.certificate.Enrolment;
import dev.driveline.registry.certificate.VehicleCertificate;
import dev.driveline.registry.rate.Pace;
import dev.driveline.registry.rate.Quotas;
import dev.driveline.runtime.auth.Acting;
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
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * EST over TLS: {@code cacerts} and {@code csrattrs} for anybody, {@code simpleenroll} for who
 * shows a birth certificate (checked by TLS against the birth authorities) or a one-time token as
 * HTTP Basic {@code serial:token}, {@code simplereenroll} for who shows the operational certificate
 * that it renews. Source: RFC 7030 §4.1, §4.2, §4.5.
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
    private final Quotas tboxes;
    private final Quotas addresses;
    private final HttpServer server;

    /**
     * What the certificates look like.
     *
     * @param recognise what a certificate is that TLS has checked; may block
     * @param certsOnly PKCS#7 of certificates in DER
     * @param authorities the answer to {@code cacerts}, DER; may block
     * @param issuers the certificates, in PEM, of those who sign what can be renewed
     * @param attributes the answer to {@code csrattrs}, DER
     */
    public record Formats(
            Function<X509Certificate, Shown> recognise,
            Function<List<byte[]>, byte[]> certsOnly,
            Supplier<byte[]> authorities,
            String issuers,
            byte[] attributes) {}

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
        this.tboxes = new Quotas(config.perTbox(), Duration.ofHours(1));
        this.addresses = new Quotas(config.perAddress(), Duration.ofMinutes(1));
        Router router = Router.router(vertx);
        router.get(PATH + "cacerts").handler(context -> submit(context, this::authorities));
        router.get(PATH + "csrattrs")
                .handler(context -> send(context, EstAnswer.attributes(formats.attributes())));
        enrols(router, "simpleenroll", this::first);
        enrols(router, "simplereenroll", this::renewal);
        this.server =
                vertx.createHttpServer(optionsOf(config, formats.issuers()))
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

    private static HttpServerOptions optionsOf(EstConfig config, String issuers) {
        PemTrustOptions trusted = new PemTrustOptions().addCertValue(Buffer.buffer(issuers));
        if (config.birthAuthorities() != null) {
            trusted.addCertPath(config.birthAuthorities().toString());
        }
        return new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setSsl(true)
                .setIdleTimeout(60)
                .setKeyCertOptions(
                        new PemKeyCertOptions()
                                .setCertPath(config.certificate().toString())
                                .setKeyPath(config.key().toString()))
                .setClientAuth(ClientAuth.REQUEST)
                .setTrustOptions(trusted);
    }

    private void enrols(Router router, String operation, Function<RoutingContext, EstAnswer> work) {
        router.post(PATH + operation)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
                .handler(context -> admit(context, work))
                .failureHandler(EstServer::failed);
    }

    /** On the event loop. */
    private void admit(RoutingContext context, Function<RoutingContext, EstAnswer> work) {
        Duration wait =
                addresses.take(context.request().remoteAddress().hostAddress(), System.nanoTime());
        if (!wait.isZero()) {
            send(context, tooMany("too many enrolments from this address", wait));
        } else if (!pace.take(System.nanoTime())) {
            send(context, later(429, "too many enrolments at the moment"));
        } else {
            submit(context, work);
        }
    }

    /** On the event loop; hands over to a virtual thread. */
    private void submit(RoutingContext context, Function<RoutingContext, EstAnswer> work) {
        if (!places.tryAcquire()) {
            send(context, later(503, "too many enrolments at work"));
            return;
        }
        try {
            var _ = requests.submit(() -> run(context, work));
        } catch (RejectedExecutionException stopping) {
            places.release();
            send(context, later(503, "the service is stopping"));
        }
    }

    private void run(RoutingContext context, Function<RoutingContext, EstAnswer> work) {
        try {
            send(context, work.apply(context));
        } catch (ProblemException problem) {
            send(context, later(problem.code().status(), String.valueOf(problem.getMessage())));
        } catch (RuntimeException bug) {
            LOG.atError().setMessage("enrolment failed").setCause(bug).log();
            send(context, EstAnswer.sentence(500, "error", "an error of ours"));
        } finally {
            places.release();
        }
    }

    private EstAnswer authorities(RoutingContext context) {
        return EstAnswer.certificates(formats.authorities().get(), "cacerts");
    }

    /** A certificate stands before a token. */
    private EstAnswer first(RoutingContext context) {
        return switch (Credentials.shown(context.request(), formats.recognise())) {
            case null -> {
                Applicant.Token token =
                        Credentials.tokenOf(context.request().getHeader("Authorization"));
                yield token == null ? EstAnswer.challenge() : enrol(context, token);
            }
            case Shown.Birth birth -> enrol(context, new Applicant.Birth(birth.serial()));
            case Shown.Operational _ ->
                    EstAnswer.sentence(
                            403, "forbidden", "an operational certificate renews: simplereenroll");
            case Shown.Nothing _ -> EstAnswer.challenge();
        };
    }

    private EstAnswer renewal(RoutingContext context) {
        return switch (Credentials.shown(context.request(), formats.recognise())) {
            case Shown.Operational shown -> {
                VehicleCertificate certificate = shown.certificate();
                yield certificate.reason() == null
                        ? enrol(context, new Applicant.Renewal(certificate))
                        : EstAnswer.sentence(
                                403,
                                "forbidden",
                                "certificate %s is revoked (%s)"
                                        .formatted(certificate.id(), certificate.reason().text()));
            }
            case Shown.Birth _ ->
                    EstAnswer.sentence(
                            403, "forbidden", "a birth certificate enrols: simpleenroll");
            case Shown.Nothing _ -> EstAnswer.challenge();
            case null -> EstAnswer.challenge();
        };
    }

    private EstAnswer enrol(RoutingContext context, Applicant applicant) {
        String type = context.request().getHeader("Content-Type");
        if (type == null || !type.startsWith("application/pkcs10")) {
            return EstAnswer.sentence(
                    415, "unusable", "expected Content-Type application/pkcs10, got " + type);
        }
        String by = applicant.getClass().getSimpleName();
        // Whoever guesses tokens of a TBox must not keep it from enrolling by certificate.
        Duration wait = tboxes.take(by + "/" + applicant.serial(), System.nanoTime());
        if (!wait.isZero()) {
            return tooMany("too many enrolments of this TBox", wait);
        }
        Buffer body = context.body().buffer();
        byte[] request;
        try {
            request = Base64.getMimeDecoder().decode(body == null ? new byte[0] : body.getBytes());
        } catch (IllegalArgumentException notBase64) {
            return EstAnswer.sentence(400, "unusable", "expected a body in Base64");
        }
        Enrolment.Outcome outcome = as(applicant, request);
        LOG.atInfo()
                .setMessage("enrolment")
                .addKeyValue("tbox", applicant.serial())
                .addKeyValue("by", by)
                .addKeyValue("outcome", outcome.getClass().getSimpleName())
                .log();
        return answerOf(outcome);
    }

    /** What is written down about it names the TBox. */
    private Enrolment.Outcome as(Applicant applicant, byte[] request) {
        try {
            return new Acting("tbox:" + applicant.serial(), null)
                    .call(() -> enrolment.enrol(applicant, request));
        } catch (RuntimeException unchecked) {
            throw unchecked;
        } catch (Exception impossible) {
            throw new IllegalStateException("an enrolment throws nothing checked", impossible);
        }
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

    private static EstAnswer tooMany(String why, Duration wait) {
        return EstAnswer.sentence(429, "later", why)
                .with("Retry-After", String.valueOf(wait.plusMillis(999).toSeconds()));
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
