package dev.driveline.telemetry.trip;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.sample.Quality;
import dev.driveline.telemetry.sample.Sample;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which samples are clues, by tenants' mappings to the Vehicle Signal Specification. Thread-safe.
 */
public final class Clues {

    private static final Set<String> PATHS =
            Stream.of(Clue.values())
                    .flatMap(clue -> clue.paths().stream())
                    .collect(Collectors.toUnmodifiableSet());

    private final MappingBook mappings;

    public Clues(MappingBook mappings) {
        this.mappings = mappings;
    }

    /** What a signal tells. */
    public record Telling(Clue clue, MappingFact.Entry entry) {

        /** NaN where the sample has no value. */
        public double valueOf(Sample sample) {
            return sample.quality().hasValue()
                    ? clue.valueOf(entry, sample.definition().physical(sample.raw()))
                    : Double.NaN;
        }
    }

    /** By full name; one clue a signal, and one signal a clue. */
    public Map<String, Telling> of(TenantId tenant, String catalogue) {
        Map<String, Telling> tellings = new HashMap<>();
        for (Clue clue : Clue.values()) {
            for (String path : clue.paths()) {
                MappingFact.Entry entry = mappings.ofPath(tenant, catalogue, path);
                if (entry != null) {
                    tellings.putIfAbsent(entry.signal(), new Telling(clue, entry));
                    break;
                }
            }
        }
        return tellings;
    }

    /** Every name that is one of these clues by any of a tenant's catalogues. */
    public Set<String> names(TenantId tenant, Set<Clue> clues) {
        Set<String> paths = new HashSet<>();
        clues.forEach(clue -> paths.addAll(clue.paths()));
        return namesOf(tenant, paths);
    }

    /** Every name that is a clue by any of a tenant's catalogues. */
    public Set<String> names(TenantId tenant) {
        return namesOf(tenant, PATHS);
    }

    private Set<String> namesOf(TenantId tenant, Set<String> paths) {
        Set<String> names = new HashSet<>();
        mappings.ofTenant(
                tenant,
                fact ->
                        fact.entries().stream()
                                .filter(entry -> paths.contains(entry.path()))
                                .forEach(entry -> names.add(entry.signal())));
        return names;
    }

    /** Whether its time is no more than a guess: it would make trips that never were. */
    public static boolean isPlacedByGuess(Sample sample) {
        return sample.late() && sample.quality() == Quality.ESTIMATED_TIME;
    }
}
