package dev.driveline.telemetry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.CompiledCatalogue;
import dev.driveline.telemetry.fact.KnownVehicle;
import dev.driveline.telemetry.fact.ModelBook;
import dev.driveline.telemetry.fact.VehicleBook;
import dev.driveline.telemetry.rule.RuleDefinition.RuleScope;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the full names of the signals that a rule names, in the catalogues in force for the
 * vehicles and models that it is for. Thread-safe.
 */
public final class RuleSignals {

    private static final int MAX_CANDIDATES = 50;

    private final VehicleBook vehicles;
    private final ModelBook models;
    private final CatalogueBook catalogues;
    private final Clock clock;

    public RuleSignals(
            VehicleBook vehicles, ModelBook models, CatalogueBook catalogues, Clock clock) {
        this.vehicles = vehicles;
        this.models = models;
        this.catalogues = catalogues;
        this.clock = clock;
    }

    /**
     * Full names by the names that were written.
     *
     * @throws ProblemException SIGNAL_UNKNOWN or SIGNAL_AMBIGUOUS, with candidates
     */
    Map<String, String> resolve(TenantId tenant, @Nullable RuleScope scope, Set<String> names) {
        Instant now = clock.instant();
        Set<CatalogueRef> refs = new HashSet<>();
        models.inForce(tenant, now)
                .forEach((model, ref) -> {
                    if (scope == null || !scope.excludesModel(model)) {
                        refs.add(ref);
                    }
                });
        vehicles.forEach((_, known) -> {
            if (known.tenant().equals(tenant)
                    && (scope == null
                            || scope.covers(known.model(), known.fleets(), known.labels()))) {
                CatalogueRef ref = models.inForce(known, now);
                if (ref != null) {
                    refs.add(ref);
                }
            }
        });
        return resolve(refs, names);
    }

    /** As above, in the catalogue of one vehicle. */
    Map<String, String> resolve(KnownVehicle vehicle, Set<String> names) {
        CatalogueRef ref = models.inForce(vehicle, clock.instant());
        return resolve(ref == null ? Set.of() : Set.of(ref), names);
    }

    private Map<String, String> resolve(Set<CatalogueRef> refs, Set<String> names) {
        Set<String> known = new TreeSet<>();
        refs.stream()
                .map(catalogues::compiled)
                .filter(Objects::nonNull)
                .map(CompiledCatalogue::catalogue)
                .forEach(catalogue ->
                        catalogue.signals().forEach(signal -> known.add(signal.fullName())));
        Map<String, String> found = new TreeMap<>();
        names.forEach(name -> found.put(name, resolve(name, known, refs.size())));
        return found;
    }

    private static String resolve(String name, Set<String> known, int searched) {
        if (known.contains(name)) {
            return name;
        }
        String ending = "." + name;
        List<String> candidates =
                known.stream().filter(full -> full.endsWith(ending)).limit(MAX_CANDIDATES).toList();
        if (candidates.size() == 1) {
            return candidates.getFirst();
        }
        if (candidates.size() > 1) {
            throw new ProblemException(
                    ErrorCode.SIGNAL_AMBIGUOUS,
                    "%d signals end in '%s'; name one of them in full"
                            .formatted(candidates.size(), name),
                    Map.of(SignalNames.PARAMETER, name, "candidates", candidates));
        }
        String part = name.toLowerCase(Locale.ROOT);
        List<String> alike =
                known.stream()
                        .filter(full -> full.toLowerCase(Locale.ROOT).contains(part))
                        .limit(MAX_CANDIDATES)
                        .toList();
        throw new ProblemException(
                ErrorCode.SIGNAL_UNKNOWN,
                "no signal '%s' in the %d catalogues of the rule's vehicles"
                        .formatted(name, searched),
                Map.of(SignalNames.PARAMETER, name, "candidates", alike));
    }
}
