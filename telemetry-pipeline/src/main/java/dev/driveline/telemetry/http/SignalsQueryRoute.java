package dev.driveline.telemetry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleArchive;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/v1/signals:query}: the latest samples of some signals of many vehicles.
 *
 * <p>Body: {@code vins} (1 to 1,000) and {@code signals} (1 to 100), at most 20,000 pairs. The
 * answer has an item for each vehicle, in the order asked; {@code unknown} lists those that the
 * tenant does not have. A signal that a vehicle's catalogue lacks, or that it never sent, is left
 * out.
 */
final class SignalsQueryRoute {

    static final String PATH = "/api/v1/signals:query";

    private static final int MAX_VINS = 1_000;
    private static final int MAX_SIGNALS = 100;
    private static final int MAX_PAIRS = 20_000;

    private final VehicleAccess access;
    private final SignalNames names;
    private final SampleArchive archive;
    private final SampleView view;

    SignalsQueryRoute(
            VehicleAccess access, SignalNames names, SampleArchive archive, SampleView view) {
        this.access = access;
        this.names = names;
        this.archive = archive;
        this.view = view;
    }

    /** What is asked. */
    record Question(@Nullable List<String> vins, @Nullable List<String> signals) {}

    /** One vehicle's samples. */
    record Item(Vin vin, List<SampleBody> samples) {}

    record Found(List<Item> items, List<Vin> unknown) {}

    Answer handle(Exchange exchange) {
        Question question = exchange.body(Question.class);
        List<String> signals = list("signals", question.signals(), MAX_SIGNALS);
        List<String> vins = list("vins", question.vins(), MAX_VINS);
        if ((long) signals.size() * vins.size() > MAX_PAIRS) {
            throw new InvalidValueException(
                    "body",
                    signals.size() + " signals of " + vins.size() + " vehicles",
                    "at most " + MAX_PAIRS + " pairs are answered");
        }
        Caller caller = exchange.caller();
        List<Vin> unknown = new ArrayList<>();
        List<ReadableVehicle> vehicles = new ArrayList<>();
        for (String text : new LinkedHashSet<>(vins)) {
            Vin vin = Vin.of(text);
            ReadableVehicle vehicle = access.find(caller, vin);
            if (vehicle == null) {
                unknown.add(vin);
            } else {
                vehicles.add(vehicle);
            }
        }
        Map<Vin, Set<String>> asked = names.requested(signals, vehicles);
        asked.values().forEach(full -> view.mustSee(caller, full));
        Map<Vin, List<Sample>> latest = archive.latest(caller.tenant(), asked);
        return Answer.ok(
                new Found(
                        vehicles.stream()
                                .map(vehicle -> item(caller, vehicle.vin(), latest))
                                .toList(),
                        unknown));
    }

    private Item item(Caller caller, Vin vin, Map<Vin, List<Sample>> latest) {
        return new Item(
                vin,
                latest.getOrDefault(vin, List.of()).stream()
                        .map(sample -> view.body(caller.tenant(), sample))
                        .toList());
    }

    private static List<String> list(String member, @Nullable List<String> given, int max) {
        if (given == null || given.isEmpty() || given.size() > max) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST,
                    "body: %s has %d entries, expected 1 to %d"
                            .formatted(member, given == null ? 0 : given.size(), max));
        }
        return given;
    }
}
