package dev.driveline.registry.http;

import dev.driveline.can.BusSource;
import dev.driveline.can.Matching;
import dev.driveline.can.Transport;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.registry.catalogue.CatalogueDiff;
import dev.driveline.registry.catalogue.CatalogueSummary;
import dev.driveline.registry.catalogue.Catalogues;
import dev.driveline.registry.catalogue.CheckedCatalogue;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/catalogues}. */
public final class CatalogueRoutes {

    private static final String PATH = "/api/v1/catalogues";

    /** Eight MiB of DBC files, in Base64. */
    private static final int MAX_BODY_BYTES = 12 * 1024 * 1024;

    private final Catalogues catalogues;

    public CatalogueRoutes(Catalogues catalogues) {
        this.catalogues = catalogues;
    }

    private record NewCatalogue(@Nullable String id, @Nullable List<NewBus> buses) {}

    /** Either {@code dbc} as text or {@code dbcBase64}, byte for byte. */
    private record NewBus(
            @Nullable String bus,
            @Nullable String matching,
            @Nullable String transport,
            @Nullable String fileName,
            @Nullable String dbc,
            @Nullable String dbcBase64) {}

    private record CatalogueView(
            CatalogueRef ref,
            String id,
            String hash,
            List<CatalogueSummary.Bus> buses,
            int messages,
            int signals,
            List<CatalogueSummary.Finding> diagnostics) {
        static CatalogueView of(CatalogueSummary summary) {
            return new CatalogueView(
                    summary.ref(),
                    summary.ref().id(),
                    summary.ref().hash(),
                    summary.buses(),
                    summary.messages(),
                    summary.signals(),
                    summary.diagnostics());
        }
    }

    private record ShortView(CatalogueRef ref, int buses, int messages, int signals) {
        static ShortView of(CatalogueSummary summary) {
            return new ShortView(
                    summary.ref(), summary.buses().size(), summary.messages(), summary.signals());
        }
    }

    private record DiffView(
            CatalogueRef from,
            CatalogueRef to,
            CatalogueDiff.Changes messages,
            CatalogueDiff.Changes signals) {}

    public List<Route> routes() {
        return List.of(
                Route.post(PATH, Scope.REGISTRY_WRITE, this::add).withBodyUpTo(MAX_BODY_BYTES),
                Route.get(PATH, Scope.REGISTRY_READ, this::list),
                // Before the next, whose {ref} would take the verb for a part of it.
                Route.get(PATH + "/{ref}:diff", Scope.REGISTRY_READ, this::diff),
                Route.get(PATH + "/{ref}", Scope.REGISTRY_READ, this::get));
    }

    private Answer add(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        NewCatalogue body = exchange.body(NewCatalogue.class);
        String id = idOf(exchange.query("id"), body.id());
        List<BusSource> buses = new ArrayList<>();
        if (body.buses() != null) {
            body.buses().forEach(bus -> buses.add(busOf(bus)));
        }
        return switch (CheckedCatalogue.check(id, buses)) {
            case CheckedCatalogue.Check.Refused refused ->
                    throw new ProblemException(
                            ErrorCode.DBC_INVALID,
                            "catalogue " + id + " cannot be used: see diagnostics",
                            Map.of("diagnostics", refused.diagnostics()));
            case CheckedCatalogue.Check.Usable usable -> {
                CatalogueSummary summary = usable.catalogue().summary();
                boolean added = catalogues.add(exchange.caller().tenant(), usable.catalogue());
                yield added
                        ? Answer.created(PATH + "/" + summary.ref(), CatalogueView.of(summary))
                        : Answer.ok(CatalogueView.of(summary));
            }
        };
    }

    private Answer list(Exchange exchange) {
        int limit = Requests.limit(exchange);
        List<CatalogueSummary> found =
                catalogues.list(exchange.caller().tenant(), Requests.cursor(exchange), limit + 1);
        return Answer.ok(
                Page.of(found, limit, summary -> summary.ref().toString()).map(ShortView::of));
    }

    private Answer get(Exchange exchange) {
        return Answer.ok(
                CatalogueView.of(
                        catalogues.get(
                                exchange.caller().tenant(),
                                CatalogueRef.parse(exchange.path("ref")))));
    }

    private Answer diff(Exchange exchange) {
        CatalogueRef from = CatalogueRef.parse(exchange.path("ref"));
        String with = exchange.query("with");
        if (with == null) {
            throw new ProblemException(ErrorCode.INVALID_REQUEST, "query 'with' is required");
        }
        CatalogueRef to =
                with.indexOf('@') < 0
                        ? new CatalogueRef(from.id(), with)
                        : CatalogueRef.parse(with);
        CatalogueDiff diff =
                CatalogueDiff.of(
                        catalogues.compiled(exchange.caller().tenant(), from),
                        catalogues.compiled(exchange.caller().tenant(), to));
        return Answer.ok(new DiffView(from, to, diff.messages(), diff.signals()));
    }

    private static String idOf(@Nullable String query, @Nullable String body) {
        if (query != null && body != null && !query.equals(body)) {
            throw new InvalidValueException("query id", query, "the body says '" + body + "'");
        }
        return Requests.required(query == null ? body : query, "id");
    }

    private static BusSource busOf(@Nullable NewBus bus) {
        if (bus == null) {
            throw new InvalidValueException("buses", "null", "expected an object");
        }
        String name = Requests.required(bus.bus(), "buses.bus");
        Matching matching =
                bus.matching() == null
                        ? Matching.EXACT
                        : Requests.oneOf(Matching.class, bus.matching(), "buses.matching");
        Transport transport =
                bus.transport() == null
                        ? Transport.NONE
                        : Requests.oneOf(Transport.class, bus.transport(), "buses.transport");
        String fileName = bus.fileName() == null ? name + ".dbc" : bus.fileName();
        try {
            return BusSource.of(name, matching, transport, fileName, bytesOf(bus));
        } catch (InvalidValueException wrong) {
            throw wrong;
        } catch (IllegalArgumentException wrong) {
            throw new InvalidValueException("bus", name, String.valueOf(wrong.getMessage()));
        }
    }

    private static byte[] bytesOf(NewBus bus) {
        if ((bus.dbc() == null) == (bus.dbcBase64() == null)) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST,
                    "bus '" + bus.bus() + "': expected either 'dbc' or 'dbcBase64'");
        }
        return bus.dbc() != null
                ? bus.dbc().getBytes(StandardCharsets.UTF_8)
                : Base64.getDecoder().decode(bus.dbcBase64());
    }
}
