package dev.driveline.registry.http;

import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.fleet.FleetId;
import dev.driveline.registry.model.ModelId;
import dev.driveline.registry.vehicle.CheckDigitPolicy;
import dev.driveline.registry.vehicle.LabelSelector;
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

    private record Swap(@Nullable String serial) {}

    public List<Route> routes() {
        return List.of(
                Route.post(PATH, Scope.REGISTRY_WRITE, this::add),
                Route.get(PATH, Scope.REGISTRY_READ, this::list),
                Route.get(PATH + "/{vin}", Scope.REGISTRY_READ, this::get),
                Route.patch(PATH + "/{vin}", Scope.REGISTRY_WRITE, this::change),
                Route.post(PATH + "/{vin}:swap-tbox", Scope.REGISTRY_WRITE, this::swapTbox),
                Route.post(PATH + "/{vin}:erase", Scope.REGISTRY_WRITE, this::erase));
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
        String fleet = exchange.query("fleet");
        String prefix = exchange.query("q");
        List<Vehicle> found =
                vehicles.list(
                        new VehicleQuery(
                                exchange.caller().tenant(),
                                model == null ? null : new ModelId(model),
                                state == null ? null : stateOf(state),
                                fleet == null ? null : new FleetId(fleet),
                                LabelSelector.parse(exchange.queryAll("label")),
                                prefix == null ? "" : prefix,
                                Requests.covered(exchange),
                                Requests.cursor(exchange),
                                limit + 1));
        return Answer.ok(
                Page.of(found, limit, vehicle -> vehicle.vin().value())
                        .map(vehicle -> VehicleView.of(vehicle, null)));
    }

    private Answer get(Exchange exchange) {
        return VehicleView.answer(vehicles.get(exchange.caller().tenant(), exchange.vin()));
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
        return VehicleView.answer(
                vehicles.change(
                        exchange.caller().tenant(),
                        exchange.vin(),
                        exchange.header("If-Match"),
                        change));
    }

    private Answer swapTbox(Exchange exchange) {
        String serial = Requests.required(exchange.body(Swap.class).serial(), "serial");
        return VehicleView.answer(
                vehicles.swapTbox(
                        exchange.caller().tenant(),
                        exchange.vin(),
                        exchange.header("If-Match"),
                        new TboxSerial(serial)));
    }

    private Answer erase(Exchange exchange) {
        return Answer.json(
                202,
                vehicles.erase(
                        exchange.caller().tenant(), exchange.vin(), exchange.header("If-Match")));
    }

    private static VehicleState stateOf(String text) {
        return Requests.oneOf(VehicleState.class, text, "state");
    }
}
