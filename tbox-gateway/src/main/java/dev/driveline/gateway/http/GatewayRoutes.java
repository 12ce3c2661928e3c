package dev.driveline.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.gateway.drain.DrainPace;
import dev.driveline.gateway.operation.Operations;
import dev.driveline.gateway.operation.SessionHead;
import dev.driveline.gateway.operation.Sighting;
import dev.driveline.gateway.operation.Standing;
import dev.driveline.gateway.operation.Talkers;
import dev.driveline.gateway.operation.Trace;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.json.Json;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's admin API. The scope {@code admin} is the operator's and reaches the vehicles of
 * all tenants; a token narrowed to vehicles sees and touches these only.
 */
public final class GatewayRoutes {

    private static final String GATEWAY = "/api/v1/gateway";
    private static final String SESSION = GATEWAY + "/sessions/{vin}";
    private static final String TRACE = SESSION + "/trace";
    private static final int USUAL_PAGE = 100;
    private static final int MAX_PAGE = 1_000;
    private static final int USUAL_TALKERS = 20;
    private static final int MAX_TALKERS = 100;
    private static final int MAX_REASON = 200;
    private static final int USUAL_TRACE_S = 300;
    private static final int MAX_TRACE_S = 900;

    private final Operations operations;

    public GatewayRoutes(Operations operations) {
        this.operations = operations;
    }

    public List<Route> routes() {
        return List.of(
                Route.get(GATEWAY, Scope.ADMIN, exchange -> Answer.ok(standing())),
                Route.post(GATEWAY + ":drain", Scope.ADMIN, this::drain),
                Route.get(GATEWAY + "/sessions", Scope.ADMIN, this::sessions),
                Route.get(GATEWAY + "/talkers", Scope.ADMIN, this::talkers),
                Route.post(SESSION + ":close", Scope.ADMIN, this::close),
                Route.get(SESSION, Scope.ADMIN, this::session),
                Route.post(TRACE, Scope.ADMIN, this::startTrace),
                Route.get(TRACE, Scope.ADMIN, this::trace),
                Route.delete(TRACE, Scope.ADMIN, this::stopTrace));
    }

    /**
     * How to drain.
     *
     * @param limitS the rest is closed at once after it
     */
    record DrainRequest(@Nullable Integer ratePerS, @Nullable Integer limitS) {}

    /** Why a session is closed. */
    record CloseRequest(@Nullable String reason) {}

    /** How long a trace runs. */
    record TraceRequest(@Nullable Integer seconds) {}

    private Map<String, Object> standing() {
        Standing standing = operations.standing();
        Map<String, Object> limits = new LinkedHashMap<>();
        limits.put("sessions", standing.maxSessions());
        limits.put("drainPerS", standing.pace().perS());
        limits.put("drainLimitS", standing.pace().limit().toSeconds());
        limits.put("link", standing.limits());
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("run", standing.run());
        body.put("slot", standing.slot());
        body.put("sessions", standing.sessions());
        body.put("draining", standing.draining());
        body.put("serverReference", standing.serverReference());
        body.put("limits", limits);
        return body;
    }

    private Answer drain(Exchange exchange) {
        exchange.caller().mustCoverTenant("a drain");
        DrainRequest request = optional(exchange, new DrainRequest(null, null));
        DrainPace usual = operations.standing().pace();
        int perS = within("ratePerS", request.ratePerS(), usual.perS(), 1, DrainPace.MOST_PER_S);
        int limitS =
                within(
                        "limitS",
                        request.limitS(),
                        (int) usual.limit().toSeconds(),
                        0,
                        (int) DrainPace.LONGEST.toSeconds());
        operations.drain(
                new DrainPace(perS, Duration.ofSeconds(limitS)), exchange.caller().subject());
        return Answer.accepted(GATEWAY, standing());
    }

    private Answer sessions(Exchange exchange) {
        String after = exchange.query("after");
        return Answer.ok(
                operations.sessions(
                        after == null ? null : Vin.of(after),
                        exchange.queryInteger("limit", USUAL_PAGE, 1, MAX_PAGE),
                        exchange.caller()::covers));
    }

    private Answer session(Exchange exchange) {
        Vin vin = exchange.vin();
        return switch (operations.session(vin)) {
            case Sighting.Here here -> Answer.ok(detail(here));
            case Sighting.NotHere _ -> throw notHere(vin);
            case Sighting.NoAnswer _ ->
                    throw new ProblemException(
                            ErrorCode.UNAVAILABLE,
                            "the event loop of vehicle " + vin + " did not answer in time");
        };
    }

    /** The head, and beside it the link, which would only say the protocol again. */
    private static ObjectNode detail(Sighting.Here here) {
        ObjectNode link = Json.mapper().valueToTree(here.link());
        link.remove("protocol");
        ObjectNode body = Json.mapper().valueToTree(here.head());
        body.set("link", link);
        return body;
    }

    private Answer close(Exchange exchange) {
        Vin vin = exchange.vin();
        String reason = exchange.body(CloseRequest.class).reason();
        if (reason == null || reason.isBlank() || reason.length() > MAX_REASON) {
            throw new InvalidValueException(
                    "reason",
                    String.valueOf(reason),
                    "expected 1 to " + MAX_REASON + " characters");
        }
        SessionHead closed = operations.close(vin, reason.strip(), exchange.caller().subject());
        if (closed == null) {
            throw notHere(vin);
        }
        return Answer.json(202, closed);
    }

    private Answer talkers(Exchange exchange) {
        String by = exchange.query("by");
        Talkers.By order;
        try {
            order = by == null ? Talkers.By.BYTES : Talkers.By.valueOf(by.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new InvalidValueException("query by", by, "expected bytes or messages");
        }
        return Answer.ok(
                operations.talkers(
                        order,
                        exchange.queryInteger("limit", USUAL_TALKERS, 1, MAX_TALKERS),
                        exchange.caller()::covers));
    }

    private Answer startTrace(Exchange exchange) {
        Vin vin = exchange.vin();
        TraceRequest request = optional(exchange, new TraceRequest(null));
        int seconds = within("seconds", request.seconds(), USUAL_TRACE_S, 1, MAX_TRACE_S);
        Trace trace =
                operations.startTrace(
                        vin, Duration.ofSeconds(seconds), exchange.caller().subject());
        if (trace == null) {
            throw new ProblemException(
                    ErrorCode.RATE_LIMITED, "as many traces run here as may run at once");
        }
        return Answer.created(GATEWAY + "/sessions/" + vin + "/trace", trace);
    }

    private Answer trace(Exchange exchange) {
        Vin vin = exchange.vin();
        Trace trace = operations.trace(vin);
        if (trace == null) {
            throw noTrace(vin);
        }
        return Answer.ok(trace);
    }

    private Answer stopTrace(Exchange exchange) {
        Vin vin = exchange.vin();
        if (!operations.stopTrace(vin, exchange.caller().subject())) {
            throw noTrace(vin);
        }
        return Answer.noContent();
    }

    private static <T extends Record> T optional(Exchange exchange, T absent) {
        @SuppressWarnings("unchecked")
        Class<T> type = (Class<T>) absent.getClass();
        return exchange.body().length == 0 ? absent : exchange.body(type);
    }

    private static int within(
            String name, @Nullable Integer given, int fallback, int min, int max) {
        if (given == null) {
            return fallback;
        }
        if (given < min || given > max) {
            throw new InvalidValueException(
                    name, given, "expected an integer from " + min + " to " + max);
        }
        return given;
    }

    private static ProblemException notHere(Vin vin) {
        return new ProblemException(
                ErrorCode.SESSION_UNKNOWN,
                "vehicle "
                        + vin
                        + " is not connected to this gateway; its presence says whether it is to"
                        + " another");
    }

    private static ProblemException noTrace(Vin vin) {
        return new ProblemException(
                ErrorCode.TRACE_UNKNOWN, "this gateway has no trace of vehicle " + vin);
    }
}
