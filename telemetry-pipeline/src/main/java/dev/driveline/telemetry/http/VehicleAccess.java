package dev.driveline.telemetry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import dev.driveline.telemetry.fact.KnownVehicle;
import dev.driveline.telemetry.fact.VehicleBook;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Who may read which vehicle: its tenant's callers whose token covers it. Thread-safe. */
final class VehicleAccess {

    /** For one job. */
    private static final int MAX_CHOSEN = 1_000;

    private final VehicleBook vehicles;

    VehicleAccess(VehicleBook vehicles) {
        this.vehicles = vehicles;
    }

    /**
     * The vehicle of the request's path.
     *
     * @throws ProblemException VEHICLE_UNKNOWN for one of another tenant, too: its existence is
     *     nobody else's business
     */
    ReadableVehicle vehicle(Exchange exchange) {
        Vin vin = exchange.vin();
        KnownVehicle known = knownTo(exchange.caller(), vin);
        if (known == null) {
            throw new ProblemException(
                    ErrorCode.VEHICLE_UNKNOWN, "vehicle " + vin + " is not known");
        }
        return new ReadableVehicle(vin, known);
    }

    /**
     * A vehicle that a request names in its body; null where the tenant has none such.
     *
     * @throws ProblemException OUTSIDE_CLAIM
     */
    @Nullable ReadableVehicle find(Caller caller, Vin vin) {
        caller.mustCover(vin);
        KnownVehicle known = knownTo(caller, vin);
        return known == null ? null : new ReadableVehicle(vin, known);
    }

    /**
     * A vehicle that a request's body names.
     *
     * @throws ProblemException OUTSIDE_CLAIM, or VEHICLE_UNKNOWN as above
     */
    ReadableVehicle vehicle(Caller caller, Vin vin) {
        KnownVehicle known = knownTo(caller, vin);
        if (known == null) {
            throw new ProblemException(
                    ErrorCode.VEHICLE_UNKNOWN, "vehicle " + vin + " is not known");
        }
        if (!isCovered(caller, vin, known)) {
            caller.mustCover(vin);
        }
        return new ReadableVehicle(vin, known);
    }

    /** The vehicles that a narrowed token covers; null if it covers all of the tenant. */
    @Nullable Set<Vin> covered(Caller caller) {
        if (caller.vins() == null) {
            return null;
        }
        Set<Vin> covered = new HashSet<>();
        vehicles.forEach((vin, known) -> {
            if (known.tenant().equals(caller.tenant()) && isCovered(caller, vin, known)) {
                covered.add(vin);
            }
        });
        return covered;
    }

    /** The tenant's vehicles of some kind that a token covers, by VIN. */
    List<ReadableVehicle> matching(Caller caller, Predicate<KnownVehicle> wanted) {
        List<ReadableVehicle> found = new ArrayList<>();
        vehicles.forEach((vin, known) -> {
            if (known.tenant().equals(caller.tenant())
                    && (caller.vins() == null || isCovered(caller, vin, known))
                    && wanted.test(known)) {
                found.add(new ReadableVehicle(vin, known));
            }
        });
        found.sort(Comparator.comparing(vehicle -> vehicle.vin().value()));
        return found;
    }

    /**
     * The vehicles that a job is ordered for: those named, or those of a fleet and with labels;
     * none of it for all that the caller may read.
     *
     * @throws ProblemException OUTSIDE_CLAIM or VEHICLE_UNKNOWN for one that is named
     * @throws InvalidValueException if there is none, or more than {@value #MAX_CHOSEN}
     */
    List<ReadableVehicle> chosen(
            Caller caller,
            @Nullable List<String> vins,
            @Nullable String fleet,
            @Nullable Map<String, String> labels) {
        if (vins != null && (fleet != null || labels != null)) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST,
                    "body: vins together with fleet or labels, expected one of them");
        }
        List<ReadableVehicle> vehicles = new ArrayList<>();
        if (vins == null) {
            vehicles.addAll(
                    matching(
                            caller,
                            known ->
                                    (fleet == null || known.fleets().contains(fleet))
                                            && (labels == null
                                                    || known.labels()
                                                            .entrySet()
                                                            .containsAll(labels.entrySet()))));
        } else {
            for (String text : new LinkedHashSet<>(vins)) {
                vehicles.add(vehicle(caller, Vin.of(text)));
            }
        }
        if (vehicles.isEmpty() || vehicles.size() > MAX_CHOSEN) {
            throw new InvalidValueException(
                    "body",
                    vehicles.size() + " vehicles",
                    "expected 1 to " + MAX_CHOSEN + " for one job");
        }
        return vehicles;
    }

    private static boolean isCovered(Caller caller, Vin vin, KnownVehicle known) {
        Set<String> fleets = caller.fleets();
        return caller.covers(vin)
                || (fleets != null && known.fleets().stream().anyMatch(fleets::contains));
    }

    /** Whether a vehicle of the caller's tenant is in a fleet. */
    boolean isInFleet(Caller caller, Vin vin, String fleet) {
        KnownVehicle known = knownTo(caller, vin);
        return known != null && known.fleets().contains(fleet);
    }

    /** Whether the caller may read the vehicle still. */
    boolean isReadable(Caller caller, Vin vin) {
        return caller.covers(vin) && knownTo(caller, vin) != null;
    }

    /** The same routes, for callers of whom it is known which vehicles are in their fleets. */
    List<Route> over(List<Route> routes) {
        return routes.stream().map(this::over).toList();
    }

    private Route over(Route route) {
        return route.with(exchange -> {
            Caller caller = exchange.caller();
            Set<String> named = caller.fleets();
            return route.handler()
                    .handle(
                            named == null
                                    ? exchange
                                    : exchange.of(caller.knowing(vin -> isIn(caller, named, vin))));
        });
    }

    private boolean isIn(Caller caller, Set<String> fleets, Vin vin) {
        KnownVehicle known = knownTo(caller, vin);
        return known != null && known.fleets().stream().anyMatch(fleets::contains);
    }

    /** A vehicle that the caller may read. */
    record ReadableVehicle(Vin vin, KnownVehicle known) {}

    private @Nullable KnownVehicle knownTo(Caller caller, Vin vin) {
        KnownVehicle known = vehicles.find(vin);
        return known != null && known.tenant().equals(caller.tenant()) ? known : null;
    }
}
