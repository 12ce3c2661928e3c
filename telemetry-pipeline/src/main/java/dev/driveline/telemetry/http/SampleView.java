package dev.driveline.telemetry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.registry.MappingFact;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.sample.Sample;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How samples are shown, and to whom: what a tenant's mapping puts under a vehicle's location or
 * its driver is shown only to tokens with {@code telemetry:location}. Thread-safe.
 */
final class SampleView {

    private final CatalogueBook catalogues;
    private final MappingBook mappings;

    SampleView(CatalogueBook catalogues, MappingBook mappings) {
        this.catalogues = catalogues;
        this.mappings = mappings;
    }

    /** A sample as its tenant sees it. */
    SampleBody body(TenantId tenant, Sample sample) {
        MappingFact.Entry entry =
                mappings.ofSignal(
                        tenant, sample.definition().catalogue(), sample.definition().name());
        return SampleBody.of(sample, catalogues, entry);
    }

    /** The path that a tenant's mapping of a catalogue has for a signal; null for none. */
    @Nullable String path(TenantId tenant, String catalogue, String name) {
        MappingFact.Entry entry = mappings.ofSignal(tenant, catalogue, name);
        return entry == null ? null : entry.path();
    }

    /** The full names that a caller must not see. */
    Set<String> hidden(Caller caller) {
        return caller.has(Scope.TELEMETRY_LOCATION)
                ? Set.of()
                : mappings.protectedNames(caller.tenant());
    }

    /**
     * Stops a caller who asks for what it must not see.
     *
     * @throws ProblemException MISSING_SCOPE
     */
    void mustSee(Caller caller, Set<String> names) {
        Set<String> asked = new TreeSet<>(names);
        asked.retainAll(hidden(caller));
        if (!asked.isEmpty()) {
            throw new ProblemException(
                    ErrorCode.MISSING_SCOPE,
                    "signal %s says where the vehicle is or how it is driven; the token of '%s' lacks the scope %s"
                            .formatted(
                                    asked.iterator().next(),
                                    caller.subject(),
                                    Scope.TELEMETRY_LOCATION.text()),
                    Map.of("scope", Scope.TELEMETRY_LOCATION.text()));
        }
    }
}
