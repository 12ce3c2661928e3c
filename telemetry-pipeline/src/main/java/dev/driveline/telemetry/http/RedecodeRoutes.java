package dev.driveline.telemetry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import dev.driveline.telemetry.fact.CatalogueAnswer;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.ModelBook;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import dev.driveline.telemetry.redecode.Redecode;
import dev.driveline.telemetry.redecode.RedecodeOrder;
import dev.driveline.telemetry.redecode.RedecodeState;
import dev.driveline.telemetry.redecode.Redecodes;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/redecodes}: stored frames of many vehicles decoded again, in the background.
 *
 * <p>Body of POST: {@code vins}, or {@code fleet} and {@code labels} (both null: all of the
 * tenant), {@code from}, {@code to}, {@code catalogue}: one that is, was or will be in force for a
 * model of the tenant. At most 1,000 vehicles. Ordered and ended by who may change catalogues; who
 * may not see one of its vehicles does not see the re-decoding.
 */
final class RedecodeRoutes {

    private static final String PATH = "/api/v1/redecodes";
    private static final int MAX_VEHICLES = 1_000;
    private static final Duration MAX_SPAN = Duration.ofDays(366);

    private final VehicleAccess access;
    private final ModelBook models;
    private final CatalogueBook catalogues;
    private final Redecodes redecodes;

    RedecodeRoutes(
            VehicleAccess access, ModelBook models, CatalogueBook catalogues, Redecodes redecodes) {
        this.access = access;
        this.models = models;
        this.catalogues = catalogues;
        this.redecodes = redecodes;
    }

    List<Route> routes() {
        return List.of(
                Route.post(PATH, Scope.REGISTRY_WRITE, this::order),
                Route.get(PATH, Scope.TELEMETRY_READ, this::list),
                Route.get(PATH + "/{id}", Scope.TELEMETRY_READ, this::get),
                Route.delete(PATH + "/{id}", Scope.REGISTRY_WRITE, this::remove));
    }

    private record Order(
            @Nullable List<String> vins,
            @Nullable String fleet,
            @Nullable Map<String, String> labels,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable CatalogueRef catalogue) {}

    /**
     * A re-decoding as REST shows it.
     *
     * @param vehiclesDone those that are decoded whole
     */
    private record RedecodeBody(
            UUID id,
            RedecodeState state,
            CatalogueRef catalogue,
            Instant from,
            Instant to,
            int vehicles,
            int vehiclesDone,
            long batches,
            long frames,
            long samples,
            long passedOver,
            @Nullable String reason,
            String by,
            Instant createdAt,
            @Nullable Instant finishedAt,
            Instant expiresAt) {

        static RedecodeBody of(Redecode redecode) {
            RedecodeOrder order = redecode.order();
            return new RedecodeBody(
                    redecode.id(),
                    redecode.state(),
                    order.catalogue(),
                    Instant.EPOCH.plus(order.fromUs(), ChronoUnit.MICROS),
                    Instant.EPOCH.plus(order.toUs(), ChronoUnit.MICROS),
                    order.vins().size(),
                    redecode.place().vehicle(),
                    redecode.done().batches(),
                    redecode.done().frames(),
                    redecode.done().samples(),
                    redecode.done().passedOver(),
                    redecode.reason(),
                    redecode.by(),
                    redecode.createdAt(),
                    redecode.finishedAt(),
                    redecode.expiresAt());
        }
    }

    private Answer order(Exchange exchange) {
        Caller caller = exchange.caller();
        String key = IdempotencyKey.of(exchange);
        Redecodes.Use use =
                key == null ? null : new Redecodes.Use(key, IdempotencyKey.bodyHash(exchange));
        Redecode former = use == null ? null : redecodes.former(caller, use);
        if (former != null) {
            return accepted(caller, former);
        }
        Order body = exchange.body(Order.class);
        Instant from = required(body.from(), "from");
        Instant to = required(body.to(), "to");
        CatalogueRef catalogue = required(body.catalogue(), "catalogue");
        if (from.isBefore(Instant.EPOCH)
                || !from.isBefore(to)
                || from.plus(MAX_SPAN).isBefore(to)) {
            throw new InvalidValueException(
                    "from", from, "expected 1970 or later, up to 366 days before 'to', " + to);
        }
        List<ReadableVehicle> vehicles =
                access.chosen(caller, body.vins(), body.fleet(), body.labels(), MAX_VEHICLES);
        mustBeUsable(caller, catalogue, vehicles);
        List<Vin> vins = vehicles.stream().map(ReadableVehicle::vin).toList();
        return accepted(
                caller,
                redecodes.add(
                        caller, new RedecodeOrder(catalogue, micros(from), micros(to), vins), use));
    }

    /** Catalogues have no tenant here, so one that no model of the tenant names does not exist. */
    private void mustBeUsable(
            Caller caller, CatalogueRef catalogue, List<ReadableVehicle> vehicles) {
        boolean own =
                models.names(caller.tenant(), catalogue)
                        || vehicles.stream()
                                .anyMatch(vehicle -> catalogue.equals(vehicle.known().catalogue()));
        if (!own) {
            throw new ProblemException(
                    ErrorCode.CATALOGUE_UNKNOWN,
                    "catalogue %s is none of a model of the tenant".formatted(catalogue));
        }
        switch (catalogues.find(catalogue)) {
            case CatalogueAnswer.Found _ -> {
                // It can decode.
            }
            case CatalogueAnswer.Missing _ ->
                    throw new ProblemException(
                            ErrorCode.CATALOGUE_UNKNOWN,
                            "catalogue %s is not published".formatted(catalogue));
            case CatalogueAnswer.Broken broken ->
                    throw new ProblemException(ErrorCode.CATALOGUE_UNKNOWN, broken.detail());
        }
    }

    /** A token that was narrowed since it used its key does not see what it ordered then. */
    private Answer accepted(Caller caller, Redecode redecode) {
        if (!maySee(caller, redecode)) {
            throw unknown(redecode.id());
        }
        return Answer.accepted(PATH + "/" + redecode.id(), RedecodeBody.of(redecode));
    }

    private Answer list(Exchange exchange) {
        List<RedecodeBody> seen =
                redecodes.list(exchange.caller().tenant()).stream()
                        .filter(redecode -> maySee(exchange.caller(), redecode))
                        .map(RedecodeBody::of)
                        .toList();
        return Answer.ok(new Page<>(seen, null));
    }

    private Answer get(Exchange exchange) {
        return Answer.ok(RedecodeBody.of(seen(exchange)));
    }

    private Answer remove(Exchange exchange) {
        redecodes.remove(exchange.caller().tenant(), seen(exchange).id());
        return Answer.noContent();
    }

    /** One that the caller may not see does not exist. */
    private Redecode seen(Exchange exchange) {
        UUID id;
        try {
            id = UUID.fromString(exchange.path("id"));
        } catch (IllegalArgumentException none) {
            throw unknown(exchange.path("id"));
        }
        Redecode redecode = redecodes.get(exchange.caller().tenant(), id);
        if (!maySee(exchange.caller(), redecode)) {
            throw unknown(id);
        }
        return redecode;
    }

    private boolean maySee(Caller caller, Redecode redecode) {
        Set<Vin> covered = access.covered(caller);
        return covered == null || covered.containsAll(redecode.order().vins());
    }

    private static InvalidValueException unknown(Object id) {
        return new InvalidValueException(
                ErrorCode.REDECODE_UNKNOWN, "re-decoding", id, "does not exist");
    }

    private static <T> T required(@Nullable T value, String member) {
        if (value == null) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST, "body: member '" + member + "' is required");
        }
        return value;
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }
}
