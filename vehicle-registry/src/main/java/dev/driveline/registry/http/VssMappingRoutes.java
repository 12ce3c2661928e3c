package dev.driveline.registry.http;

import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.id.TenantId;
import dev.driveline.registry.catalogue.Catalogues;
import dev.driveline.registry.catalogue.VssMapping;
import dev.driveline.registry.catalogue.VssMappings;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/catalogues/{ref}/mappings}. */
public final class VssMappingRoutes {

    private static final String PATH = "/api/v1/catalogues/{ref}/mappings";
    private static final int MAX_BODY_BYTES = 8 * 1024 * 1024;

    private final VssMappings mappings;
    private final Catalogues catalogues;

    public VssMappingRoutes(VssMappings mappings, Catalogues catalogues) {
        this.mappings = mappings;
        this.catalogues = catalogues;
    }

    private record NewMapping(@Nullable List<NewEntry> entries) {}

    private record NewEntry(
            @Nullable String signal,
            @Nullable String path,
            @Nullable String unit,
            @Nullable Double factor,
            @Nullable Double offset) {}

    private record MappingView(
            CatalogueRef catalogue, String hash, List<VssMapping.Entry> entries) {}

    public List<Route> routes() {
        return List.of(
                Route.post(PATH, Scope.REGISTRY_WRITE, this::add).withBodyUpTo(MAX_BODY_BYTES),
                Route.get(PATH, Scope.REGISTRY_READ, this::list),
                Route.get(PATH + "/{hash}", Scope.REGISTRY_READ, this::get));
    }

    private Answer add(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        TenantId tenant = exchange.caller().tenant();
        CatalogueRef ref = ref(exchange);
        NewMapping body = exchange.body(NewMapping.class);
        List<VssMapping.Entry> entries = new ArrayList<>();
        if (body.entries() != null) {
            body.entries().forEach(entry -> entries.add(entryOf(entry)));
        }
        VssMapping mapping = new VssMapping(entries);
        mapping.mustFit(catalogues.compiled(tenant, ref));
        VssMappings.Stored stored = mappings.add(tenant, ref, mapping);
        return Answer.created(
                "/api/v1/catalogues/" + ref + "/mappings/" + stored.hash(), view(ref, stored));
    }

    private Answer list(Exchange exchange) {
        return Answer.ok(
                new Page<>(mappings.list(exchange.caller().tenant(), ref(exchange)), null));
    }

    private Answer get(Exchange exchange) {
        CatalogueRef ref = ref(exchange);
        return Answer.ok(
                view(ref, mappings.get(exchange.caller().tenant(), ref, exchange.path("hash"))));
    }

    private static MappingView view(CatalogueRef ref, VssMappings.Stored stored) {
        return new MappingView(ref, stored.hash(), stored.mapping().entries());
    }

    private static CatalogueRef ref(Exchange exchange) {
        return CatalogueRef.parse(exchange.path("ref"));
    }

    private static VssMapping.Entry entryOf(@Nullable NewEntry entry) {
        if (entry == null) {
            throw new InvalidValueException("entries", "null", "expected an object");
        }
        return new VssMapping.Entry(
                Requests.required(entry.signal(), "entries.signal"),
                Requests.required(entry.path(), "entries.path"),
                entry.unit() == null ? "" : entry.unit(),
                entry.factor() == null ? 1 : entry.factor(),
                entry.offset() == null ? 0 : entry.offset());
    }
}
