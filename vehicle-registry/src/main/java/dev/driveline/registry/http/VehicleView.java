package dev.driveline.registry.http;

import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.fleet.FleetId;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.registry.vehicle.Vehicle;
import dev.driveline.runtime.rest.Answer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A vehicle as callers see it. */
record VehicleView(
        Vin vin,
        TenantId tenant,
        String model,
        VehicleState state,
        Map<String, String> labels,
        List<String> fleets,
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
                vehicle.fleets().stream().map(FleetId::value).toList(),
                vehicle.catalogue(),
                tbox == null ? null : tbox.value(),
                vehicle.version(),
                vehicle.createdAt(),
                vehicle.updatedAt(),
                warnings);
    }

    static Answer.Whole answer(Vehicle vehicle) {
        return Answer.ok(of(vehicle, null)).with("ETag", vehicle.etag());
    }
}
