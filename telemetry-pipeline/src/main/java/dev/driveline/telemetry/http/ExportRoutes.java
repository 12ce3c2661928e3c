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
import dev.driveline.telemetry.export.Export;
import dev.driveline.telemetry.export.ExportOrder;
import dev.driveline.telemetry.export.ExportState;
import dev.driveline.telemetry.export.Exports;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/exports}: samples of many vehicles as a file, written in the background.
 *
 * <p>Body of POST: {@code vins}, or {@code fleet} and {@code labels} (both null: all of the
 * tenant), {@code signals} (1 to 100), {@code from}, {@code to}, {@code format} CSV or NDJSON. At
 * most 1,000 vehicles and 20,000 pairs of vehicle and signal. Who may not see one of its vehicles
 * or signals does not see the export.
 */
final class ExportRoutes {

    private static final String PATH = "/api/v1/exports";
    private static final int MAX_VEHICLES = 1_000;
    private static final int MAX_SIGNALS = 100;
    private static final int MAX_PAIRS = 20_000;
    private static final Duration MAX_SPAN = Duration.ofDays(366);

    private final VehicleAccess access;
    private final SignalNames names;
    private final SampleView view;
    private final Exports exports;

    ExportRoutes(VehicleAccess access, SignalNames names, SampleView view, Exports exports) {
        this.access = access;
        this.names = names;
        this.view = view;
        this.exports = exports;
    }

    List<Route> routes() {
        return List.of(
                Route.post(PATH, Scope.TELEMETRY_READ, this::order),
                Route.get(PATH, Scope.TELEMETRY_READ, this::list),
                Route.get(PATH + "/{id}", Scope.TELEMETRY_READ, this::get),
                Route.delete(PATH + "/{id}", Scope.TELEMETRY_READ, this::remove),
                Route.get(PATH + "/{id}/result", Scope.TELEMETRY_READ, this::result));
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
            ExportState state,
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
            Instant expiresAt) {

        static ExportBody of(Export export) {
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
                    export.lines(),
                    export.bytes(),
                    export.reason(),
                    export.by(),
                    export.createdAt(),
                    export.finishedAt(),
                    export.expiresAt());
        }
    }

    private Answer order(Exchange exchange) {
        Caller caller = exchange.caller();
        String key = IdempotencyKey.of(exchange);
        Exports.Use use =
                key == null ? null : new Exports.Use(key, IdempotencyKey.bodyHash(exchange));
        Export former = use == null ? null : exports.former(caller, use);
        if (former != null) {
            return accepted(caller, former);
        }
        Order body = exchange.body(Order.class);
        List<String> signals = body.signals();
        if (signals == null || signals.isEmpty() || signals.size() > MAX_SIGNALS) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST,
                    "body: signals has %d entries, expected 1 to %d"
                            .formatted(signals == null ? 0 : signals.size(), MAX_SIGNALS));
        }
        Instant from = required(body.from(), "from");
        Instant to = required(body.to(), "to");
        if (from.isBefore(Instant.EPOCH)
                || !from.isBefore(to)
                || from.plus(MAX_SPAN).isBefore(to)) {
            throw new InvalidValueException(
                    "from", from, "expected 1970 or later, up to 366 days before 'to', " + to);
        }
        List<ReadableVehicle> vehicles =
                access.chosen(caller, body.vins(), body.fleet(), body.labels(), MAX_VEHICLES);
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
        Export export =
                exports.add(
                        caller,
                        new ExportOrder(
                                body.format() == null ? ExportOrder.Format.NDJSON : body.format(),
                                List.copyOf(signals),
                                micros(from),
                                micros(to),
                                targets),
                        use);
        return accepted(caller, export);
    }

    /** A token that was narrowed since it used its key does not see what it ordered then. */
    private Answer accepted(Caller caller, Export export) {
        if (!maySee(caller, export)) {
            throw unknown(export.id());
        }
        return Answer.accepted(PATH + "/" + export.id(), ExportBody.of(export));
    }

    private Answer list(Exchange exchange) {
        List<ExportBody> seen =
                exports.list(exchange.caller().tenant()).stream()
                        .filter(export -> maySee(exchange.caller(), export))
                        .map(ExportBody::of)
                        .toList();
        return Answer.ok(new Page<>(seen, null));
    }

    private Answer get(Exchange exchange) {
        return Answer.ok(ExportBody.of(seen(exchange)));
    }

    private Answer remove(Exchange exchange) {
        exports.remove(exchange.caller().tenant(), seen(exchange).id());
        return Answer.noContent();
    }

    private Answer result(Exchange exchange) {
        Export export = seen(exchange);
        if (export.state() != ExportState.DONE) {
            throw new ProblemException(
                    ErrorCode.CONFLICT,
                    "export %s is %s, expected DONE".formatted(export.id(), export.state()));
        }
        return new Answer.Bytes(
                "application/gzip",
                sink -> {
                    for (int part = 0; part < export.parts(); part++) {
                        byte[] piece = exports.part(export.id(), part);
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

    /** One that the caller may not see does not exist. */
    private Export seen(Exchange exchange) {
        UUID id;
        try {
            id = UUID.fromString(exchange.path("id"));
        } catch (IllegalArgumentException none) {
            throw unknown(exchange.path("id"));
        }
        Export export = exports.get(exchange.caller().tenant(), id);
        if (!maySee(exchange.caller(), export)) {
            throw unknown(id);
        }
        return export;
    }

    private boolean maySee(Caller caller, Export export) {
        Set<Vin> covered = access.covered(caller);
        Set<String> hidden = view.hidden(caller);
        return export.order().targets().stream()
                .allMatch(target ->
                        (covered == null || covered.contains(target.vin()))
                                && target.signals().stream().noneMatch(hidden::contains));
    }

    private static InvalidValueException unknown(Object id) {
        return new InvalidValueException(ErrorCode.EXPORT_UNKNOWN, "export", id, "does not exist");
    }

    private static Instant required(@Nullable Instant value, String member) {
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
