package dev.driveline.registry.http;

import dev.driveline.contract.id.Vin;
import dev.driveline.registry.vehicle.Tbox;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.registry.vehicle.Tboxes;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/tboxes}. */
public final class TboxRoutes {

    private static final String PATH = "/api/v1/tboxes";

    private final Tboxes tboxes;

    public TboxRoutes(Tboxes tboxes) {
        this.tboxes = tboxes;
    }

    private record NewTbox(@Nullable String serial, @Nullable String vin) {}

    private record TboxView(String serial, @Nullable Vin vin, String state) {
        static TboxView of(Tbox tbox) {
            return new TboxView(
                    tbox.serial().value(), tbox.vin(), tbox.vin() == null ? "UNBOUND" : "BOUND");
        }
    }

    private record TokenView(String token, Instant expiresAt) {}

    public List<Route> routes() {
        return List.of(
                Route.post(PATH, Scope.REGISTRY_WRITE, this::bind),
                Route.post(PATH + "/{serial}:token", Scope.CERTIFICATES_ISSUE, this::makeToken),
                Route.get(PATH + "/{serial}", Scope.REGISTRY_READ, this::get));
    }

    private Answer bind(Exchange exchange) {
        NewTbox body = exchange.body(NewTbox.class);
        TboxSerial serial = new TboxSerial(Requests.required(body.serial(), "serial"));
        Vin vin = body.vin() == null ? null : Vin.of(body.vin());
        mustCover(exchange, vin);
        return Answer.created(
                PATH + "/" + serial,
                TboxView.of(tboxes.bind(exchange.caller().tenant(), serial, vin)));
    }

    private Answer get(Exchange exchange) {
        return Answer.ok(TboxView.of(tbox(exchange)));
    }

    private Answer makeToken(Exchange exchange) {
        Tbox tbox = tbox(exchange);
        Tboxes.Token token = tboxes.makeToken(exchange.caller().tenant(), tbox.serial());
        return Answer.json(201, new TokenView(token.secret(), token.expiresAt()))
                .with("Cache-Control", "no-store");
    }

    private Tbox tbox(Exchange exchange) {
        Tbox tbox = tboxes.get(exchange.caller().tenant(), new TboxSerial(exchange.path("serial")));
        mustCover(exchange, tbox.vin());
        return tbox;
    }

    /** A TBox in no vehicle is for those only whose token covers all. */
    private static void mustCover(Exchange exchange, @Nullable Vin vin) {
        Caller caller = exchange.caller();
        if (vin == null) {
            Requests.mustCoverTheTenant(exchange);
        } else {
            caller.mustCover(vin);
        }
    }
}
