package dev.driveline.telemetry.http;

import dev.driveline.contract.alert.Severity;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.telemetry.fleet.Distribution;
import dev.driveline.telemetry.fleet.PresenceBook;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import dev.driveline.telemetry.rule.Alerts;
import dev.driveline.telemetry.sample.Sample;
import dev.driveline.telemetry.sample.SampleArchive;
import dev.driveline.telemetry.trip.Clue;
import dev.driveline.telemetry.trip.Clues;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/fleet/summary}: what the vehicles of a tenant come to now.
 *
 * <p>Query: {@code fleet}, {@code label} ({@code key:value}, repeatable), {@code vin} (repeatable)
 * narrow; {@code signal} asks how its latest values spread, in {@code buckets} (1 to 100, usually
 * 10); {@code maxAgeS} (1 to 86,400, usually 300) is how old a speed or a state of charging may be
 * to count. At most {@value #MAX_VEHICLES} vehicles.
 */
final class FleetSummaryRoute {

    static final String PATH = "/api/v1/fleet/summary";

    private static final int MAX_VEHICLES = 20_000;
    private static final int MAX_NAMED = 1_000;
    private static final int AT_ONCE = 1_000;
    private static final int USUAL_MAX_AGE_S = 300;
    private static final int MAX_MAX_AGE_S = 86_400;
    private static final int USUAL_BUCKETS = 10;
    private static final int MAX_BUCKETS = 100;

    /** As trips have it: slower is standing. */
    private static final double MOVING_KMH = 3;

    private static final double ON = 0.5;

    private final VehicleAccess access;
    private final SignalNames names;
    private final SampleArchive archive;
    private final SampleView view;
    private final Clues clues;
    private final PresenceBook presences;
    private final Alerts alerts;
    private final Clock clock;

    FleetSummaryRoute(
            VehicleAccess access,
            SignalNames names,
            SampleArchive archive,
            SampleView view,
            Clues clues,
            PresenceBook presences,
            Alerts alerts,
            Clock clock) {
        this.access = access;
        this.names = names;
        this.archive = archive;
        this.view = view;
        this.clues = clues;
        this.presences = presences;
        this.alerts = alerts;
        this.clock = clock;
    }

    /**
     * The answer.
     *
     * @param moving those that told a speed of 3 km/h and more lately
     * @param movingKnown those that told a speed lately
     * @param alerts that fire, by severity
     * @param signal absent where none is asked for
     */
    private record Summary(
            Instant at,
            int vehicles,
            int online,
            int moving,
            int movingKnown,
            int charging,
            int chargingKnown,
            Map<Severity, Long> alerts,
            @Nullable Spread signal) {}

    /**
     * How a signal's latest values spread.
     *
     * @param vehicles that ever told one
     * @param distribution absent where nobody did
     */
    private record Spread(
            String name,
            @Nullable String unit,
            int vehicles,
            @Nullable Distribution distribution) {}

    Answer handle(Exchange exchange) {
        Caller caller = exchange.caller();
        long maxAgeUs =
                1_000_000L * exchange.queryInteger("maxAgeS", USUAL_MAX_AGE_S, 1, MAX_MAX_AGE_S);
        int buckets = exchange.queryInteger("buckets", USUAL_BUCKETS, 1, MAX_BUCKETS);
        List<ReadableVehicle> vehicles = vehicles(exchange);
        if (vehicles.size() > MAX_VEHICLES) {
            throw new InvalidValueException(
                    "query",
                    vehicles.size() + " vehicles",
                    "narrow it by fleet or label to " + MAX_VEHICLES);
        }
        Instant now = clock.instant();
        long freshUs = ChronoUnit.MICROS.between(Instant.EPOCH, now) - maxAgeUs;
        Map<Clue, List<Double>> told = told(caller.tenant(), vehicles, freshUs);
        List<Double> speeds = told.getOrDefault(Clue.SPEED, List.of());
        List<Double> charges = told.getOrDefault(Clue.CHARGING, List.of());
        Set<Vin> vins = vehicles.stream().map(ReadableVehicle::vin).collect(Collectors.toSet());
        return Answer.ok(
                new Summary(
                        now.truncatedTo(ChronoUnit.MILLIS),
                        vehicles.size(),
                        (int) vins.stream().filter(presences::isOnline).count(),
                        (int) speeds.stream().filter(speed -> speed >= MOVING_KMH).count(),
                        speeds.size(),
                        (int) charges.stream().filter(charge -> charge >= ON).count(),
                        charges.size(),
                        alerts.firing(caller.tenant(), vins),
                        spread(exchange, vehicles, buckets)));
    }

    private List<ReadableVehicle> vehicles(Exchange exchange) {
        Caller caller = exchange.caller();
        List<String> named = exchange.queryAll("vin");
        if (named.size() > MAX_NAMED) {
            throw new InvalidValueException(
                    "query vin", named.size() + " values", "expected up to " + MAX_NAMED);
        }
        String fleet = exchange.query("fleet");
        Map<String, String> labels = labels(exchange);
        if (named.isEmpty()) {
            return access.matching(
                    caller,
                    known ->
                            (fleet == null || known.fleets().contains(fleet))
                                    && known.labels().entrySet().containsAll(labels.entrySet()));
        }
        List<ReadableVehicle> vehicles = new ArrayList<>();
        for (String text : new LinkedHashSet<>(named)) {
            ReadableVehicle vehicle = access.vehicle(caller, Vin.of(text));
            if ((fleet == null || vehicle.known().fleets().contains(fleet))
                    && vehicle.known().labels().entrySet().containsAll(labels.entrySet())) {
                vehicles.add(vehicle);
            }
        }
        return vehicles;
    }

    private static Map<String, String> labels(Exchange exchange) {
        Map<String, String> labels = new LinkedHashMap<>();
        for (String text : exchange.queryAll("label")) {
            int colon = text.indexOf(':');
            if (colon < 1) {
                throw new InvalidValueException("query label", text, "expected key:value");
            }
            labels.put(text.substring(0, colon), text.substring(colon + 1));
        }
        return labels;
    }

    /** What was told lately, a value a vehicle: the newest. */
    private Map<Clue, List<Double>> told(
            TenantId tenant, List<ReadableVehicle> vehicles, long freshUs) {
        Set<String> asked = clues.names(tenant, Set.of(Clue.SPEED, Clue.CHARGING));
        Map<Clue, List<Double>> told = new HashMap<>();
        if (asked.isEmpty()) {
            return told;
        }
        Map<String, Map<String, Clues.Telling>> tellings = new HashMap<>();
        Map<Vin, Set<String>> wanted = new LinkedHashMap<>();
        vehicles.forEach(vehicle -> wanted.put(vehicle.vin(), asked));
        for (List<Sample> samples : latest(tenant, wanted).values()) {
            Map<Clue, Sample> newest = new HashMap<>();
            for (Sample sample : samples) {
                Clues.Telling telling = telling(tenant, sample, tellings);
                if (telling != null && sample.key().tUs() >= freshUs) {
                    newest.merge(
                            telling.clue(),
                            sample,
                            (one, other) -> one.key().compareTo(other.key()) >= 0 ? one : other);
                }
            }
            newest.forEach((clue, sample) -> {
                Clues.Telling telling = telling(tenant, sample, tellings);
                double value = telling == null ? Double.NaN : telling.valueOf(sample);
                if (!Double.isNaN(value)) {
                    told.computeIfAbsent(clue, _ -> new ArrayList<>()).add(value);
                }
            });
        }
        return told;
    }

    private Clues.@Nullable Telling telling(
            TenantId tenant, Sample sample, Map<String, Map<String, Clues.Telling>> known) {
        return known.computeIfAbsent(
                        sample.definition().catalogue(), catalogue -> clues.of(tenant, catalogue))
                .get(sample.definition().name());
    }

    private @Nullable Spread spread(
            Exchange exchange, List<ReadableVehicle> vehicles, int buckets) {
        String name = exchange.query(SignalNames.PARAMETER);
        if (name == null) {
            return null;
        }
        Caller caller = exchange.caller();
        Map<Vin, Set<String>> asked = names.requested(List.of(name), vehicles);
        asked.values().removeIf(Set::isEmpty);
        asked.values().forEach(full -> view.mustSee(caller, full));
        if (asked.isEmpty()) {
            throw new ProblemException(
                    ErrorCode.SIGNAL_UNKNOWN, "none of the vehicles has a signal '" + name + "'");
        }
        List<Double> values = new ArrayList<>();
        Set<String> units = new TreeSet<>();
        for (List<Sample> samples : latest(caller.tenant(), asked).values()) {
            for (Sample sample : samples) {
                SampleBody body = view.body(caller.tenant(), sample);
                SampleBody.Vss mapped = body.vss();
                String unit = body.unit();
                double value = body.phys();
                if (mapped != null && mapped.path().equals(name)) {
                    unit = mapped.unit();
                    value = mapped.value();
                }
                if (sample.quality().hasValue() && Double.isFinite(value)) {
                    values.add(value);
                    units.add(unit);
                }
            }
        }
        if (units.size() > 1) {
            throw new ProblemException(
                    ErrorCode.CONFLICT,
                    "signal '%s' has the units %s; ask for a path of the mapping"
                            .formatted(name, units));
        }
        return new Spread(
                name,
                units.isEmpty() ? null : units.iterator().next(),
                values.size(),
                values.isEmpty()
                        ? null
                        : Distribution.of(
                                values.stream().mapToDouble(Double::doubleValue).toArray(),
                                buckets));
    }

    private Map<Vin, List<Sample>> latest(TenantId tenant, Map<Vin, Set<String>> asked) {
        Map<Vin, List<Sample>> found = new HashMap<>();
        Map<Vin, Set<String>> some = new LinkedHashMap<>();
        for (Map.Entry<Vin, Set<String>> one : asked.entrySet()) {
            some.put(one.getKey(), one.getValue());
            if (some.size() == AT_ONCE) {
                found.putAll(archive.latest(tenant, some));
                some.clear();
            }
        }
        if (!some.isEmpty()) {
            found.putAll(archive.latest(tenant, some));
        }
        return found;
    }
}
