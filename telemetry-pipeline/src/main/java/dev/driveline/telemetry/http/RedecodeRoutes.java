package dev.driveline.telemetry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import dev.driveline.telemetry.fact.CatalogueAnswer;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.ModelBook;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import dev.driveline.telemetry.job.Job;
import dev.driveline.telemetry.job.JobState;
import dev.driveline.telemetry.job.Jobs;
import dev.driveline.telemetry.redecode.RedecodeCounts;
import dev.driveline.telemetry.redecode.RedecodeOrder;
import dev.driveline.telemetry.redecode.RedecodePlace;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/redecodes}: stored frames of many vehicles decoded again, in the background.
 *
 * <p>Body of POST: {@code vins}, or {@code fleet} and {@code labels} (both null: all of the
 * tenant), {@code from}, {@code to}, {@code catalogue}: one that is, was or will be in force for a
 * model of the tenant. At most 1,000 vehicles. Ordered and ended by who may change catalogues; who
 * may not see one of its vehicles does not see the re-decoding.
 */
final class RedecodeRoutes implements JobRoutes.Own<RedecodeOrder, RedecodePlace, RedecodeCounts> {

    private static final String PATH = "/api/v1/redecodes";

    private final VehicleAccess access;
    private final ModelBook models;
    private final CatalogueBook catalogues;
    private final Jobs<RedecodeOrder, RedecodePlace, RedecodeCounts> redecodes;

    RedecodeRoutes(
            VehicleAccess access,
            ModelBook models,
            CatalogueBook catalogues,
            Jobs<RedecodeOrder, RedecodePlace, RedecodeCounts> redecodes) {
        this.access = access;
        this.models = models;
        this.catalogues = catalogues;
        this.redecodes = redecodes;
    }

    List<Route> routes() {
        return new JobRoutes<>(PATH, Scope.REGISTRY_WRITE, redecodes, this).routes();
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
            JobState state,
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
            Instant expiresAt) {}

    @Override
    public Record body(Job<RedecodeOrder, RedecodePlace, RedecodeCounts> redecode) {
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

    @Override
    public RedecodeOrder order(Exchange exchange) {
        Caller caller = exchange.caller();
        Order body = exchange.body(Order.class);
        CatalogueRef catalogue = Members.required(body.catalogue(), "catalogue");
        OrderedTime time = OrderedTime.of(body.from(), body.to());
        List<ReadableVehicle> vehicles =
                access.chosen(caller, body.vins(), body.fleet(), body.labels());
        mustBeUsable(caller, catalogue, vehicles);
        List<Vin> vins = vehicles.stream().map(ReadableVehicle::vin).toList();
        return new RedecodeOrder(catalogue, time.fromUs(), time.toUs(), vins);
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

    @Override
    public Predicate<RedecodeOrder> seenBy(Caller caller) {
        Set<Vin> covered = access.covered(caller);
        return order -> covered == null || covered.containsAll(order.vins());
    }
}
