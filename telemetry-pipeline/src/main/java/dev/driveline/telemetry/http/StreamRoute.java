package dev.driveline.telemetry.http;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import dev.driveline.telemetry.live.LivePosition;
import dev.driveline.telemetry.live.LiveSource;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    private static final long MIN_EVERY_MS = 100;
    private static final long MAX_EVERY_MS = 60_000;
    private static final Pattern EVERY = Pattern.compile("(\\d{1,6})(ms|s)");

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
        Duration every = every(exchange);
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

    /** Zero: every sample. */
    private static Duration every(Exchange exchange) {
        String text = exchange.query("every");
        if (text == null) {
            return Duration.ZERO;
        }
        Matcher matcher = EVERY.matcher(text);
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            long ms = "s".equals(matcher.group(2)) ? number * 1_000 : number;
            if (ms >= MIN_EVERY_MS && ms <= MAX_EVERY_MS) {
                return Duration.ofMillis(ms);
            }
        }
        throw new InvalidValueException("query every", text, "expected 100ms to 60s");
    }
}
