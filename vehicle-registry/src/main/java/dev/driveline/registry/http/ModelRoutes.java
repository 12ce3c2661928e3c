package dev.driveline.registry.http;

import dev.driveline.can.Catalogue;
import dev.driveline.can.CatalogueSignal;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.registry.catalogue.Catalogues;
import dev.driveline.registry.model.Model;
import dev.driveline.registry.model.ModelId;
import dev.driveline.registry.model.Models;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/models}. */
public final class ModelRoutes {

    private static final String PATH = "/api/v1/models";

    private final Models models;
    private final Catalogues catalogues;

    public ModelRoutes(Models models, Catalogues catalogues) {
        this.models = models;
        this.catalogues = catalogues;
    }

    private record NewModel(@Nullable String id, @Nullable String name) {}

    private record InForce(@Nullable String catalogue) {}

    private record ModelView(String id, String name, @Nullable CatalogueRef catalogue) {
        static ModelView of(Model model) {
            return new ModelView(model.id().value(), model.name(), model.catalogue());
        }
    }

    /** A signal; labels by raw value. */
    private record SignalView(
            String signal,
            String bus,
            String message,
            String unit,
            double factor,
            double offset,
            @Nullable Double minimum,
            @Nullable Double maximum,
            String type,
            int length,
            Map<Long, String> labels,
            int cycleTimeMs,
            String comment) {}

    private record SignalPage(
            CatalogueRef catalogue, List<SignalView> items, @Nullable String next) {}

    public List<Route> routes() {
        return List.of(
                Route.post(PATH, Scope.REGISTRY_WRITE, this::add),
                Route.get(PATH, Scope.REGISTRY_READ, this::list),
                Route.get(PATH + "/{id}", Scope.REGISTRY_READ, this::get),
                Route.put(PATH + "/{id}/catalogue", Scope.REGISTRY_WRITE, this::putInForce),
                Route.get(PATH + "/{id}/signals", Scope.REGISTRY_READ, this::signals));
    }

    private Answer add(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        NewModel body = exchange.body(NewModel.class);
        Model model =
                new Model(
                        new ModelId(Requests.required(body.id(), "id")),
                        Requests.required(body.name(), "name"),
                        null);
        models.add(exchange.caller().tenant(), model);
        return Answer.created(PATH + "/" + model.id(), ModelView.of(model));
    }

    private Answer list(Exchange exchange) {
        int limit = Requests.limit(exchange);
        List<Model> found =
                models.list(exchange.caller().tenant(), Requests.cursor(exchange), limit + 1);
        return Answer.ok(Page.of(found, limit, model -> model.id().value()).map(ModelView::of));
    }

    private Answer get(Exchange exchange) {
        return Answer.ok(ModelView.of(model(exchange)));
    }

    private Answer putInForce(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        ModelId id = new ModelId(exchange.path("id"));
        String catalogue = Requests.required(exchange.body(InForce.class).catalogue(), "catalogue");
        return Answer.ok(
                ModelView.of(
                        models.putInForce(
                                exchange.caller().tenant(), id, CatalogueRef.parse(catalogue))));
    }

    private Answer signals(Exchange exchange) {
        Model model = model(exchange);
        CatalogueRef ref = model.catalogue();
        if (ref == null) {
            throw new ProblemException(
                    ErrorCode.CATALOGUE_UNKNOWN,
                    "model " + model.id() + " has no catalogue in force");
        }
        Catalogue catalogue = catalogues.compiled(exchange.caller().tenant(), ref);
        int limit = Requests.limit(exchange);
        TreeMap<String, CatalogueSignal> byName = new TreeMap<>();
        catalogue.signals().forEach(signal -> byName.putIfAbsent(signal.fullName(), signal));
        List<CatalogueSignal> found =
                byName.tailMap(Requests.cursor(exchange), false).values().stream()
                        .limit(limit + 1L)
                        .toList();
        Page<CatalogueSignal> page = Page.of(found, limit, CatalogueSignal::fullName);
        return Answer.ok(
                new SignalPage(
                        ref,
                        page.items().stream().map(s -> view(catalogue, s)).toList(),
                        page.next()));
    }

    private Model model(Exchange exchange) {
        return models.get(exchange.caller().tenant(), new ModelId(exchange.path("id")));
    }

    private static SignalView view(Catalogue catalogue, CatalogueSignal of) {
        var signal = of.signal();
        boolean limited = signal.minimum() < signal.maximum();
        return new SignalView(
                of.fullName(),
                catalogue.buses().get(of.bus()).name(),
                of.message().name(),
                signal.unit(),
                signal.factor(),
                signal.offset(),
                limited ? signal.minimum() : null,
                limited ? signal.maximum() : null,
                signal.valueType().name(),
                signal.length(),
                signal.labels().asMap(),
                of.message().cycleTimeMs(),
                signal.comment());
    }
}
