package dev.driveline.telemetry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.Vin;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.CompiledCatalogue;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.fact.ModelBook;
import dev.driveline.telemetry.http.VehicleAccess.ReadableVehicle;
import dev.driveline.telemetry.sample.SampleArchive;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the full names that a caller means by {@code signal=}: a full name {@code
 * bus.Message.SIGNAL}, a path of the tenant's mapping, or the end of exactly one of the vehicle's
 * names, from a dot on.
 *
 * <p>A vehicle's signals are those of its catalogue in force and those that it ever sent.
 * Thread-safe.
 */
final class SignalNames {

    static final String PARAMETER = "signal";

    private static final int MAX_CANDIDATES = 50;

    private final ModelBook models;
    private final CatalogueBook catalogues;
    private final MappingBook mappings;
    private final SampleArchive archive;
    private final Clock clock;

    SignalNames(
            ModelBook models,
            CatalogueBook catalogues,
            MappingBook mappings,
            SampleArchive archive,
            Clock clock) {
        this.models = models;
        this.catalogues = catalogues;
        this.mappings = mappings;
        this.archive = archive;
        this.clock = clock;
    }

    /**
     * The full names asked for; empty where the request names none.
     *
     * @throws ProblemException SIGNAL_UNKNOWN, SIGNAL_AMBIGUOUS with the candidates, or
     *     INVALID_REQUEST for too many
     */
    Set<String> requested(Exchange exchange, ReadableVehicle vehicle, int max) {
        List<String> asked = exchange.queryAll(PARAMETER);
        if (asked.isEmpty()) {
            return Set.of();
        }
        if (asked.size() > max) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST,
                    "query %s occurs %d times, at most %d are taken"
                            .formatted(PARAMETER, asked.size(), max));
        }
        CatalogueRef ref = inForce(vehicle);
        Set<String> known = catalogueNames(ref);
        if (!known.containsAll(asked)) {
            known.addAll(archive.names(vehicle.known().tenant(), vehicle.vin()));
        }
        Set<String> found = new LinkedHashSet<>();
        for (String name : asked) {
            String mapped = ofPath(vehicle, ref, name);
            found.add(mapped == null ? resolve(name, known, vehicle) : mapped);
        }
        return found;
    }

    /**
     * Of many vehicles: the full names that these stand for in each one's catalogue in force. What
     * a vehicle's catalogue does not have is left out.
     *
     * @throws ProblemException SIGNAL_AMBIGUOUS with the candidates
     */
    Map<Vin, Set<String>> requested(List<String> asked, List<ReadableVehicle> vehicles) {
        Map<CatalogueRef, Set<String>> catalogueNames = new HashMap<>();
        Map<Vin, Set<String>> found = new LinkedHashMap<>();
        for (ReadableVehicle vehicle : vehicles) {
            CatalogueRef ref = inForce(vehicle);
            if (ref == null) {
                continue;
            }
            Set<String> known = catalogueNames.computeIfAbsent(ref, this::catalogueNames);
            Set<String> names = new LinkedHashSet<>();
            for (String name : asked) {
                String mapped = ofPath(vehicle, ref, name);
                if (mapped != null) {
                    names.add(mapped);
                } else if (known.contains(name) || hasEnding(known, name)) {
                    names.add(resolve(name, known, vehicle));
                }
            }
            found.put(vehicle.vin(), names);
        }
        return found;
    }

    private static boolean hasEnding(Set<String> known, String name) {
        return !name.isEmpty() && known.stream().anyMatch(full -> full.endsWith("." + name));
    }

    private @Nullable CatalogueRef inForce(ReadableVehicle vehicle) {
        return models.inForce(vehicle.known(), clock.instant());
    }

    private @Nullable String ofPath(
            ReadableVehicle vehicle, @Nullable CatalogueRef ref, String name) {
        return ref == null ? null : mappings.ofPath(vehicle.known().tenant(), ref, name);
    }

    private Set<String> catalogueNames(@Nullable CatalogueRef ref) {
        Set<String> names = new TreeSet<>();
        CompiledCatalogue catalogue = ref == null ? null : catalogues.compiled(ref);
        if (catalogue != null) {
            catalogue.catalogue().signals().forEach(signal -> names.add(signal.fullName()));
        }
        return names;
    }

    private static String resolve(String name, Set<String> known, ReadableVehicle vehicle) {
        if (known.contains(name)) {
            return name;
        }
        String ending = "." + name;
        List<String> candidates = new ArrayList<>();
        for (String full : known) {
            if (full.endsWith(ending)) {
                candidates.add(full);
            }
        }
        if (candidates.isEmpty() || name.isEmpty()) {
            throw new ProblemException(
                    ErrorCode.SIGNAL_UNKNOWN,
                    "vehicle " + vehicle.vin() + " has no signal '" + name + "'",
                    Map.of(PARAMETER, name));
        }
        if (candidates.size() > 1) {
            throw new ProblemException(
                    ErrorCode.SIGNAL_AMBIGUOUS,
                    "vehicle %s has %d signals that end in '%s'; name one of them in full"
                            .formatted(vehicle.vin(), candidates.size(), name),
                    Map.of(
                            PARAMETER,
                            name,
                            "candidates",
                            candidates.subList(0, Math.min(candidates.size(), MAX_CANDIDATES))));
        }
        return candidates.getFirst();
    }
}
