package dev.driveline.command;

import dev.driveline.command.postgres.VehicleTable;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import dev.driveline.store.postgres.Database;
import java.util.Set;

/** Makes tokens that name fleets be for the vehicles that are in them now. Thread-safe. */
final class FleetView {

    private final Database database;
    private final VehicleTable vehicles = new VehicleTable();

    FleetView(Database database) {
        this.database = database;
    }

    Route knowing(Route route) {
        return route.scope() == null
                ? route
                : route.with(exchange -> route.handler().handle(known(exchange)));
    }

    private Exchange known(Exchange exchange) {
        Caller caller = exchange.caller();
        Set<String> fleets = caller.fleets();
        return fleets == null
                ? exchange
                : exchange.of(
                        caller.knowing(vin ->
                                database.transaction(handle ->
                                        vehicles.inOneOf(handle, vin, caller.tenant(), fleets))));
    }
}
