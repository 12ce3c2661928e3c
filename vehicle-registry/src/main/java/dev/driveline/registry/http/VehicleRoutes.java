package dev.driveline.registry.http;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.model.ModelId;
import dev.driveline.registry.vehicle.CheckDigitPolicy;
import dev.driveline.registry.vehicle.NewVehicle;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.registry.vehicle.Vehicle;
import dev.driveline.registry.vehicle.VehicleLabels;
import dev.driveline.registry.vehicle.VehicleQuery;
import dev.driveline.registry.vehicle.Vehicles;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/vehicles}. */
public final class VehicleRoutes {

    private static final String PATH = "/api/v1/vehicles";

    private final Vehicles vehicles;
    private final CheckDigitPolicy checkDigits;

    public VehicleRoutes(Vehicles vehicles, CheckDigitPolicy checkDigits) {
        this.vehicles = vehicles;
        this.checkDigits = checkDigits;
    }

    private record NewBody(
            @Nullable String vin,
            @Nullable String model,
            @Nullable String state,
            @Nullable Map<String, String> labels,
            @Nullable String tboxSerial) {}

    /** A JSON merge patch of the three members that may change. Source: RFC 7396. */
    private record ChangeBody(
            @Nullable String state,
            @Nullable String model,
            @Nullable Map<String, @Nullable String> labels) {}

    private record VehicleView(
            Vin vin,
            TenantId tenant,
            String model,
            VehicleState state,
            Map<String, String> labels,
            @Nullable CatalogueRef catalogue,
            @Nullable String tboxSerial,
            long version,
            Instant createdAt,
            Instant updatedAt,
            @Nullable List<String> warnings) {
        static VehicleView of(Vehicle vehicle, @Nullable List<String> warnings) {
            TboxSerial tbox = vehicle.tbox();
            return new VehicleView(
                    vehicle.vin(),
                    vehicle.tenant(),
                    vehicle.model().value(),
                    vehicle.state(),
                    vehicle.labels().values(),
                    vehicle.catalogue(),
                    tbox == null ? null : tbox.value(),
                    vehicle.version(),
                    vehicle.createdAt(),
                    vehicle.updatedAt(),
                    warnings);
        }
    }

    public List<Route> routes() {
        return List.of(
                Route.post(PATH, Scope.REGISTRY_WRITE, this::add),
                Route.get(PATH, Scope.REGISTRY_READ, this::list),
                Route.get(PATH + "/{vin}", Scope.REGISTRY_READ, this::get),
                Route.patch(PATH + "/{vin}", Scope.REGISTRY_WRITE, this::change));
    }

    private Answer add(Exchange exchange) {
        NewBody body = exchange.body(NewBody.class);
        Vin vin = Vin.of(Requests.required(body.vin(), "vin"));
        exchange.caller().mustCover(vin);
        List<String> warnings = checkDigits.check(vin);
        Vehicle added =
                vehicles.add(
                        new NewVehicle(
                                vin,
                                exchange.caller().tenant(),
                                new ModelId(Requests.required(body.model(), "model")),
                                body.state() == null
                                        ? VehicleState.PRODUCED
                                        : stateOf(body.state()),
                                new VehicleLabels(body.labels() == null ? Map.of() : body.labels()),
                                body.tboxSerial() == null
                                        ? null
                                        : new TboxSerial(body.tboxSerial())));
        return Answer.created(PATH + "/" + vin, VehicleView.of(added, warnings))
                .with("ETag", added.etag());
    }

    private Answer list(Exchange exchange) {
        int limit = Requests.limit(exchange);
        String model = exchange.query("model");
        String state = exchange.query("state");
        List<Vehicle> found =
                vehicles.list(
                        new VehicleQuery(
                                exchange.caller().tenant(),
                                model == null ? null : new ModelId(model),
                                state == null ? null : stateOf(state),
                                Requests.labels(exchange),
                                exchange.caller().vins(),
                                Requests.cursor(exchange),
                                limit + 1));
        return Answer.ok(
                Page.of(found, limit, vehicle -> vehicle.vin().value())
                        .map(vehicle -> VehicleView.of(vehicle, null)));
    }

    private Answer get(Exchange exchange) {
        return answer(vehicles.get(exchange.caller().tenant(), exchange.vin()));
    }

    private Answer change(Exchange exchange) {
        ChangeBody body = exchange.body(ChangeBody.class);
        UnaryOperator<Vehicle> change =
                vehicle -> {
                    Vehicle changed = vehicle;
                    if (body.state() != null) {
                        changed = changed.in(stateOf(body.state()));
                    }
                    if (body.model() != null) {
                        changed = changed.of(new ModelId(body.model()));
                    }
                    if (body.labels() != null) {
                        changed = changed.with(vehicle.labels().merged(body.labels()));
                    }
                    return changed;
                };
        return answer(
                vehicles.change(
                        exchange.caller().tenant(),
                        exchange.vin(),
                        exchange.header("If-Match"),
                        change));
    }

    private static Answer answer(Vehicle vehicle) {
        return Answer.ok(VehicleView.of(vehicle, null)).with("ETag", vehicle.etag());
    }

    private static VehicleState stateOf(String text) {
        return Requests.oneOf(VehicleState.class, text, "state");
    }
}
