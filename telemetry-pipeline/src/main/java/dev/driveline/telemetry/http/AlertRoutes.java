package dev.driveline.telemetry.http;

import dev.driveline.contract.alert.Severity;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import dev.driveline.telemetry.fact.VehicleBook;
import dev.driveline.telemetry.rule.Alert;
import dev.driveline.telemetry.rule.Alerts;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/alerts}: what the rules have told, the newest first, and that somebody has seen
 * it.
 *
 * <p>Query: {@code vin}, {@code rule}, {@code severity}, {@code state} (FIRING, CLEARED), {@code
 * acknowledged}, {@code from} and {@code to} of the raising, {@code limit}, {@code cursor}.
 */
public final class AlertRoutes {

    private static final String PATH = "/api/v1/alerts";
    private static final int USUAL_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    private static final int MAX_COMMENT_CHARACTERS = 2_000;

    private final VehicleAccess access;
    private final Alerts alerts;

    private AlertRoutes(VehicleAccess access, Alerts alerts) {
        this.access = access;
        this.alerts = alerts;
    }

    public static List<Route> of(VehicleBook vehicles, Alerts alerts) {
        AlertRoutes routes = new AlertRoutes(new VehicleAccess(vehicles), alerts);
        return List.of(
                Route.get(PATH, Scope.TELEMETRY_READ, routes::list),
                Route.get(PATH + "/{id}", Scope.TELEMETRY_READ, routes::get),
                Route.post(PATH + "/{id}:acknowledge", Scope.RULES_WRITE, routes::acknowledge));
    }

    private record Comment(@Nullable String comment) {}

    private Answer list(Exchange exchange) {
        int limit = exchange.queryInteger("limit", USUAL_LIMIT, 1, MAX_LIMIT);
        String cursor = exchange.query("cursor");
        List<Alert> found =
                alerts.list(
                        exchange.caller().tenant(),
                        new Alerts.Query(
                                vinsOf(exchange),
                                exchange.query("rule"),
                                Queries.oneOf(Severity.class, exchange, "severity"),
                                Queries.oneOf(Alert.State.class, exchange, "state"),
                                flag(exchange, "acknowledged"),
                                Queries.micros(exchange, "from", 0),
                                Queries.micros(exchange, "to", Long.MAX_VALUE),
                                cursor == null ? null : Cursors.toAlert(cursor),
                                limit + 1));
        boolean more = found.size() > limit;
        List<Alert> page = more ? found.subList(0, limit) : found;
        return Answer.ok(new Page<>(page, more ? Cursors.ofAlert(placeOf(page.getLast())) : null));
    }

    private Answer get(Exchange exchange) {
        return Answer.ok(covered(exchange));
    }

    private Answer acknowledge(Exchange exchange) {
        Alert alert = covered(exchange);
        String comment =
                exchange.body().length == 0 ? null : exchange.body(Comment.class).comment();
        if (comment != null && comment.length() > MAX_COMMENT_CHARACTERS) {
            throw new InvalidValueException(
                    "comment",
                    comment.length() + " characters",
                    "expected up to " + MAX_COMMENT_CHARACTERS);
        }
        return Answer.ok(alerts.acknowledge(exchange.caller(), alert.id(), comment));
    }

    /** An alert of a vehicle that the token does not cover is refused as the vehicle is. */
    private Alert covered(Exchange exchange) {
        Caller caller = exchange.caller();
        Alert alert = alerts.get(caller.tenant(), idOf(exchange.path("id")));
        Set<Vin> covered = access.covered(caller);
        if (covered != null && !covered.contains(alert.vin())) {
            throw new ProblemException(
                    ErrorCode.OUTSIDE_CLAIM,
                    "vehicle " + alert.vin() + " is not covered by the token's vins and fleets");
        }
        return alert;
    }

    private @Nullable Set<Vin> vinsOf(Exchange exchange) {
        String vin = exchange.query("vin");
        Set<Vin> covered = access.covered(exchange.caller());
        if (vin == null) {
            return covered;
        }
        Vin asked = Vin.of(vin);
        if (covered != null && !covered.contains(asked)) {
            exchange.caller().mustCover(asked);
        }
        return Set.of(asked);
    }

    private static UUID idOf(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException wrong) {
            throw new InvalidValueException(
                    ErrorCode.ALERT_UNKNOWN, "alert", text, "does not exist");
        }
    }

    private static Alerts.Place placeOf(Alert alert) {
        return new Alerts.Place(
                ChronoUnit.MICROS.between(Instant.EPOCH, alert.raisedAt()), alert.id());
    }

    private static @Nullable Boolean flag(Exchange exchange, String name) {
        String text = exchange.query(name);
        if (text == null) {
            return null;
        }
        if (!text.equals("true") && !text.equals("false")) {
            throw new InvalidValueException("query " + name, text, "expected true or false");
        }
        return text.equals("true");
    }
}
