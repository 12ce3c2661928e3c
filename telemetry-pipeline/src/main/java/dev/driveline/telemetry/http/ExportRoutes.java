package dev.driveline.telemetry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import dev.driveline.telemetry.export.ExportCounts;
import dev.driveline.telemetry.export.ExportOrder;
import dev.driveline.telemetry.export.ExportPlace;
import dev.driveline.telemetry.export.ExportResults;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import dev.driveline.telemetry.job.Job;
import dev.driveline.telemetry.job.JobState;
import dev.driveline.telemetry.job.Jobs;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/exports}: samples of many vehicles as a file, written in the background.
 *
 * <p>Body of POST: {@code vins}, or {@code fleet} and {@code labels} (both null: all of the
 * tenant), {@code signals} (1 to 100), {@code from}, {@code to}, {@code format} CSV or NDJSON. At
 * most 1,000 vehicles and 20,000 pairs of vehicle and signal. Who may not see one of its vehicles
 * or signals does not see the export.
 */
final class ExportRoutes implements JobRoutes.Own<ExportOrder, ExportPlace, ExportCounts> {

    private static final String PATH = "/api/v1/exports";
    private static final int MAX_SIGNALS = 100;
    private static final int MAX_PAIRS = 20_000;

    private final VehicleAccess access;
    private final SignalNames names;
    private final SampleView view;
    private final ExportResults results;
    private final JobRoutes<ExportOrder, ExportPlace, ExportCounts> shared;

    ExportRoutes(
            VehicleAccess access,
            SignalNames names,
            SampleView view,
            Jobs<ExportOrder, ExportPlace, ExportCounts> exports,
            ExportResults results) {
        this.access = access;
        this.names = names;
        this.view = view;
        this.results = results;
        this.shared = new JobRoutes<>(PATH, Scope.TELEMETRY_READ, exports, this);
    }

    List<Route> routes() {
        List<Route> routes = new ArrayList<>(shared.routes());
        routes.add(Route.get(PATH + "/{id}/result", Scope.TELEMETRY_READ, this::result));
        return routes;
    }

    private record Order(
            @Nullable List<String> vins,
            @Nullable String fleet,
            @Nullable Map<String, String> labels,
            @Nullable List<String> signals,
            @Nullable Instant from,
            @Nullable Instant to,
            ExportOrder.@Nullable Format format) {}

    /**
     * An export as REST shows it.
     *
     * @param vehiclesDone those that are written whole
     * @param bytes of the result so far, packed
     */
    private record ExportBody(
            UUID id,
            JobState state,
            ExportOrder.Format format,
            List<String> signals,
            Instant from,
            Instant to,
            int vehicles,
            int vehiclesDone,
            long lines,
            long bytes,
            @Nullable String reason,
            String by,
            Instant createdAt,
            @Nullable Instant finishedAt,
            Instant expiresAt) {}

    @Override
    public Record body(Job<ExportOrder, ExportPlace, ExportCounts> export) {
        ExportOrder order = export.order();
        return new ExportBody(
                export.id(),
                export.state(),
                order.format(),
                order.signals(),
                Instant.EPOCH.plus(order.fromUs(), ChronoUnit.MICROS),
                Instant.EPOCH.plus(order.toUs(), ChronoUnit.MICROS),
                order.targets().size(),
                export.place().target(),
                export.done().lines(),
                export.done().bytes(),
                export.reason(),
                export.by(),
                export.createdAt(),
                export.finishedAt(),
                export.expiresAt());
    }

    @Override
    public ExportOrder order(Exchange exchange) {
        Caller caller = exchange.caller();
        Order body = exchange.body(Order.class);
        List<String> signals = body.signals();
        if (signals == null || signals.isEmpty() || signals.size() > MAX_SIGNALS) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST,
                    "body: signals has %d entries, expected 1 to %d"
                            .formatted(signals == null ? 0 : signals.size(), MAX_SIGNALS));
        }
        OrderedTime time = OrderedTime.of(body.from(), body.to());
        List<ReadableVehicle> vehicles =
                access.chosen(caller, body.vins(), body.fleet(), body.labels());
        Map<Vin, Set<String>> asked = names.requested(List.copyOf(signals), vehicles);
        List<ExportOrder.Target> targets = new ArrayList<>();
        int pairs = 0;
        for (Map.Entry<Vin, Set<String>> entry : asked.entrySet()) {
            view.mustSee(caller, entry.getValue());
            pairs += entry.getValue().size();
            if (!entry.getValue().isEmpty()) {
                targets.add(new ExportOrder.Target(entry.getKey(), List.copyOf(entry.getValue())));
            }
        }
        if (pairs > MAX_PAIRS) {
            throw new InvalidValueException(
                    "body",
                    pairs + " pairs of vehicle and signal",
                    "at most " + MAX_PAIRS + " are taken");
        }
        if (targets.isEmpty()) {
            throw new ProblemException(
                    ErrorCode.SIGNAL_UNKNOWN, "none of the vehicles has any of the signals");
        }
        return new ExportOrder(
                body.format() == null ? ExportOrder.Format.NDJSON : body.format(),
                List.copyOf(signals),
                time.fromUs(),
                time.toUs(),
                targets);
    }

    @Override
    public Predicate<ExportOrder> seenBy(Caller caller) {
        Set<Vin> covered = access.covered(caller);
        Set<String> hidden = view.hidden(caller);
        return order ->
                order.targets().stream()
                        .allMatch(target ->
                                (covered == null || covered.contains(target.vin()))
                                        && target.signals().stream().noneMatch(hidden::contains));
    }

    private Answer result(Exchange exchange) {
        Job<ExportOrder, ExportPlace, ExportCounts> export = shared.seen(exchange);
        if (export.state() != JobState.DONE) {
            throw new ProblemException(
                    ErrorCode.CONFLICT,
                    "export %s is %s, expected DONE".formatted(export.id(), export.state()));
        }
        return new Answer.Bytes(
                "application/gzip",
                sink -> {
                    for (int part = 0; part < export.done().parts(); part++) {
                        byte[] piece = results.part(export.id(), part);
                        if (piece == null) {
                            throw new IllegalStateException(
                                    "export " + export.id() + " was deleted while it was read");
                        }
                        if (!sink.send(piece)) {
                            return;
                        }
                    }
                });
    }
}
