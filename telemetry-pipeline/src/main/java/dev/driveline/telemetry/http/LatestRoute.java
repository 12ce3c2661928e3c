package dev.driveline.telemetry.http;

import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleArchive;
import java.util.List;
import java.util.Set;

/**
 * {@code GET /api/v1/vehicles/{vin}/signals}: the latest sample of each signal, by name.
 *
 * <p>Query: {@code signal} (repeatable, up to 100), {@code prefix} of the full names, {@code limit}
 * 1 to 1,000, {@code cursor}.
 */
final class LatestRoute {

    static final String PATH = "/api/v1/vehicles/{vin}/signals";

    private static final int MAX_SIGNALS = 100;
    private static final int USUAL_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    private final VehicleAccess access;
    private final SignalNames names;
    private final SampleArchive archive;
    private final SampleView view;

    LatestRoute(VehicleAccess access, SignalNames names, SampleArchive archive, SampleView view) {
        this.access = access;
        this.names = names;
        this.archive = archive;
        this.view = view;
    }

    Answer handle(Exchange exchange) {
        ReadableVehicle vehicle = access.vehicle(exchange);
        int limit = exchange.queryInteger("limit", USUAL_LIMIT, 1, MAX_LIMIT);
        String cursor = exchange.query("cursor");
        String after = cursor == null ? null : Cursors.toName(cursor);
        String prefix = exchange.query("prefix");
        Set<String> asked = names.requested(exchange, vehicle, MAX_SIGNALS);
        view.mustSee(exchange.caller(), asked);
        Set<String> hidden = view.hidden(exchange.caller());
        List<Sample> samples =
                archive.latest(
                        vehicle.known().tenant(),
                        vehicle.vin(),
                        after,
                        asked,
                        prefix == null ? "" : prefix.replace("\0", ""),
                        limit + 1);
        boolean more = samples.size() > limit;
        List<Sample> page = more ? samples.subList(0, limit) : samples;
        return Answer.ok(
                new Page<>(
                        page.stream()
                                .filter(sample -> !hidden.contains(sample.definition().name()))
                                .map(sample -> view.body(vehicle.known().tenant(), sample))
                                .toList(),
                        more ? Cursors.ofName(page.getLast().definition().name()) : null));
    }
}
