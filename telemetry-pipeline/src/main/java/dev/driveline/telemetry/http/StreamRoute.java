package dev.driveline.telemetry.http;

import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import dev.driveline.telemetry.live.LivePosition;
import dev.driveline.telemetry.live.LiveSource;
import java.time.Duration;
import java.util.Set;

/**
 * {@code GET /api/v1/vehicles/{vin}/stream}: samples as they arrive, as server-sent events.
 *
 * <p>Query: {@code signal} (repeatable, up to 100; all), {@code every} ({@code 100ms} to {@code
 * 60s}: of each signal only the newest in that time). Events: {@code sample}, and {@code reset}
 * where samples behind {@code Last-Event-ID} cannot be given.
 */
final class StreamRoute {

    static final String PATH = "/api/v1/vehicles/{vin}/stream";

    private static final int MAX_SIGNALS = 100;

    private final VehicleAccess access;
    private final SignalNames names;
    private final SampleView view;
    private final LiveSource live;

    StreamRoute(VehicleAccess access, SignalNames names, SampleView view, LiveSource live) {
        this.access = access;
        this.names = names;
        this.view = view;
        this.live = live;
    }

    Answer handle(Exchange exchange) {
        ReadableVehicle vehicle = access.vehicle(exchange);
        Set<String> asked = names.requested(exchange, vehicle, MAX_SIGNALS);
        view.mustSee(exchange.caller(), asked);
        // Zero: every sample.
        Duration every = Every.of(exchange, Duration.ZERO);
        String lastId = exchange.header("Last-Event-ID");
        LivePosition after = lastId == null ? null : LivePosition.parse(lastId.strip());
        boolean unreadable = lastId != null && after == null;
        Caller caller = exchange.caller();
        return new Answer.Events(sink -> {
            try (LiveSource.Listening listening = live.listen(vehicle.vin(), after)) {
                new SampleStream(
                                listening,
                                sink,
                                name ->
                                        (asked.isEmpty() || asked.contains(name))
                                                && !view.hidden(caller).contains(name),
                                every,
                                sample -> view.body(caller.tenant(), sample))
                        .run(unreadable, () -> access.isReadable(caller, vehicle.vin()));
            }
        });
    }
}
