package dev.driveline.runtime.rest;

import dev.driveline.contract.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes whole answers and RFC 9457 problems. */
final class Responses {

    private static final Logger LOG = LoggerFactory.getLogger(Responses.class);
    private static final int RETRY_AFTER_S = 2;

    private Responses() {}

    static void unexpected(RoutingContext context, @Nullable Throwable bug) {
        String request = context.request().method() + " " + context.request().path();
        fail(
                context,
                ErrorCode.INTERNAL,
                "incident " + incident(request, bug) + " in the log says more");
    }

    /** Writes a bug into the log; the answer names its number there. */
    static String incident(String request, @Nullable Throwable bug) {
        String incident = Long.toHexString(System.nanoTime());
        LOG.atError()
                .setMessage("request failed")
                .addKeyValue("incident", incident)
                .addKeyValue("request", request)
                .setCause(bug)
                .log();
        return incident;
    }

    static void fail(RoutingContext context, ErrorCode code, String detail) {
        send(context, problemOf(code, detail, Map.of()));
    }

    /** A problem as the last line of an answer that has begun well. */
    static Map<String, Object> lineOf(
            ErrorCode code, @Nullable String detail, Map<String, Object> members) {
        return Map.of("problem", membersOf(code, detail, members));
    }

    private static Map<String, Object> membersOf(
            ErrorCode code, @Nullable String detail, Map<String, Object> members) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", "about:blank");
        problem.put("title", code.title());
        problem.put("status", code.status());
        problem.put("code", code.name());
        problem.put("detail", String.valueOf(detail));
        problem.put("retryable", code.retryable());
        problem.put("mayHaveTakenEffect", code.mayHaveTakenEffect());
        members.forEach(problem::putIfAbsent);
        return problem;
    }

    static Answer.Whole problemOf(
            ErrorCode code, @Nullable String detail, Map<String, Object> members) {
        Map<String, Object> problem = membersOf(code, detail, members);
        Answer.Whole answer = Answer.json(code.status(), problem);
        Answer.Whole typed =
                new Answer.Whole(
                        code.status(), answer.headers(), "application/problem+json", answer.body());
        return switch (code.status()) {
            case 412 ->
                    members.get("etag") instanceof String etag ? typed.with("ETag", etag) : typed;
            case 401 -> typed.with("WWW-Authenticate", "Bearer");
            case 429, 503 ->
                    typed.with(
                            "Retry-After",
                            String.valueOf(members.getOrDefault("retryAfterS", RETRY_AFTER_S)));
            default -> typed;
        };
    }

    static void send(RoutingContext context, Answer.Whole answer) {
        HttpServerResponse response = context.response();
        if (response.headWritten() || response.closed()) {
            return;
        }
        response.setStatusCode(answer.status());
        answer.headers().forEach(response::putHeader);
        if (answer.body().length > 0) {
            response.putHeader("Content-Type", answer.contentType());
        }
        var _ = response.end(Buffer.buffer(answer.body()));
    }
}
