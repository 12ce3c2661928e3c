package dev.driveline.registry.http;

import dev.driveline.can.Catalogue;
import dev.driveline.can.CatalogueSignal;
import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.registry.catalogue.Catalogues;
import dev.driveline.registry.model.CatalogueSchedule;
import dev.driveline.registry.model.Model;
import dev.driveline.registry.model.ModelId;
import dev.driveline.registry.model.Models;
import dev.driveline.registry.model.NewModel;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import java.time.Instant;
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

    private record Body(@Nullable String id, @Nullable String name) {}

    private record InForce(@Nullable String catalogue, @Nullable String from) {}

    private record PlannedView(
            CatalogueRef catalogue, Instant from, CatalogueSchedule.State state) {}

    private record ModelView(
            String id,
            String name,
            @Nullable CatalogueRef catalogue,
            List<PlannedView> schedule,
            long version) {

        static ModelView of(Model model) {
            CatalogueSchedule schedule = model.schedule();
            return new ModelView(
                    model.id().value(),
                    model.name(),
                    model.catalogue(),
                    schedule.entries().stream()
                            .map(entry ->
                                    new PlannedView(
                                            entry.catalogue(),
                                            entry.from(),
                                            schedule.state(entry, model.readAt())))
                            .toList(),
                    model.version());
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
                Route.delete(PATH + "/{id}/catalogue", Scope.REGISTRY_WRITE, this::withdraw),
                Route.get(PATH + "/{id}/signals", Scope.REGISTRY_READ, this::signals));
    }

    private Answer add(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        Body body = exchange.body(Body.class);
        Model added =
                models.add(
                        exchange.caller().tenant(),
                        new NewModel(
                                new ModelId(Requests.required(body.id(), "id")),
                                Requests.required(body.name(), "name")));
        return Answer.created(PATH + "/" + added.id(), ModelView.of(added))
                .with("ETag", added.etag());
    }

    private Answer list(Exchange exchange) {
        int limit = Requests.limit(exchange);
        List<Model> found =
                models.list(exchange.caller().tenant(), Requests.cursor(exchange), limit + 1);
        return Answer.ok(Page.of(found, limit, model -> model.id().value()).map(ModelView::of));
    }

    private Answer get(Exchange exchange) {
        return answer(model(exchange));
    }

    private Answer putInForce(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        InForce body = exchange.body(InForce.class);
        CatalogueRef catalogue =
                CatalogueRef.parse(Requests.required(body.catalogue(), "catalogue"));
        return answer(
                models.putInForce(
                        exchange.caller().tenant(),
                        id(exchange),
                        exchange.header("If-Match"),
                        catalogue,
                        body.from() == null ? null : Requests.instant(body.from(), "from")));
    }

    private Answer withdraw(Exchange exchange) {
        Requests.mustCoverTheTenant(exchange);
        Instant from = exchange.queryInstant("from");
        if (from == null) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST,
                    "query 'from' is required: when the planned catalogue was to begin");
        }
        return answer(
                models.withdraw(
                        exchange.caller().tenant(),
                        id(exchange),
                        exchange.header("If-Match"),
                        from));
    }

    private static Answer answer(Model model) {
        return Answer.ok(ModelView.of(model)).with("ETag", model.etag());
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
        return models.get(exchange.caller().tenant(), id(exchange));
    }

    private static ModelId id(Exchange exchange) {
        return new ModelId(exchange.path("id"));
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
