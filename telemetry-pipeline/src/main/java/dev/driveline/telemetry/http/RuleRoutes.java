package dev.driveline.telemetry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.runtime.auth.Caller;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.ProblemException;
import dev.driveline.runtime.rest.Route;
import dev.driveline.telemetry.event.Events;
import dev.driveline.telemetry.fact.CatalogueBook;
import dev.driveline.telemetry.fact.MappingBook;
import dev.driveline.telemetry.fact.VehicleBook;
import dev.driveline.telemetry.rule.CompiledRule;
import dev.driveline.telemetry.rule.RuleDefinition;
import dev.driveline.telemetry.rule.RuleFact;
import dev.driveline.telemetry.rule.RuleId;
import dev.driveline.telemetry.rule.Rules;
import dev.driveline.telemetry.rule.SavedRule;
import dev.driveline.telemetry.sample.SampleArchive;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/rules}: what a tenant wants to be told of its vehicles. A rule concerns the whole
 * tenant, so a token that covers single vehicles changes none.
 */
public final class RuleRoutes {

    static final String PATH = "/api/v1/rules";

    private static final int USUAL_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    private final RuleSignals signals;
    private final Rules rules;
    private final SampleView view;

    private RuleRoutes(RuleSignals signals, Rules rules, SampleView view) {
        this.signals = signals;
        this.rules = rules;
        this.view = view;
    }

    public static List<Route> of(
            VehicleBook vehicles,
            RuleSignals signals,
            CatalogueBook catalogues,
            MappingBook mappings,
            Rules rules,
            SampleArchive archive,
            Events events) {
        SampleView view = new SampleView(catalogues, mappings);
        RuleRoutes routes = new RuleRoutes(signals, rules, view);
        DryRun dryRun =
                new DryRun(
                        new VehicleAccess(vehicles),
                        signals,
                        catalogues,
                        rules,
                        archive,
                        events,
                        view);
        return List.of(
                Route.get(PATH, Scope.TELEMETRY_READ, routes::list),
                Route.post(PATH, Scope.RULES_WRITE, routes::add),
                Route.get(PATH + "/{id}", Scope.TELEMETRY_READ, routes::get),
                Route.put(PATH + "/{id}", Scope.RULES_WRITE, routes::change),
                Route.delete(PATH + "/{id}", Scope.RULES_WRITE, routes::remove),
                Route.post(PATH + ":dry-run", Scope.TELEMETRY_READ, dryRun::handle));
    }

    private record NewRule(@Nullable String id, @Nullable RuleDefinition definition) {}

    private Answer list(Exchange exchange) {
        int limit = exchange.queryInteger("limit", USUAL_LIMIT, 1, MAX_LIMIT);
        String cursor = exchange.query("cursor");
        List<SavedRule> found =
                rules.list(
                        exchange.caller().tenant(),
                        cursor == null ? "" : Cursors.toName(cursor),
                        limit + 1);
        boolean more = found.size() > limit;
        List<SavedRule> page = more ? found.subList(0, limit) : found;
        return Answer.ok(
                new Page<>(
                        page.stream().map(RuleBody::of).toList(),
                        more ? Cursors.ofName(page.getLast().fact().id().value()) : null));
    }

    private Answer add(Exchange exchange) {
        mustCoverTheTenant(exchange.caller());
        NewRule body = exchange.body(NewRule.class);
        if (body.id() == null) {
            throw new ProblemException(ErrorCode.INVALID_REQUEST, "body: member 'id' is required");
        }
        RuleId id = new RuleId(body.id());
        RuleDefinition definition = definitionOf(body.definition());
        SavedRule saved =
                rules.add(exchange.caller(), id, definition, usable(exchange, id, definition));
        return Answer.created(PATH + "/" + id, RuleBody.of(saved)).with("ETag", saved.etag());
    }

    private Answer get(Exchange exchange) {
        return answer(rules.get(exchange.caller().tenant(), idOf(exchange.path("id"))));
    }

    private Answer change(Exchange exchange) {
        mustCoverTheTenant(exchange.caller());
        RuleId id = idOf(exchange.path("id"));
        var _ = rules.get(exchange.caller().tenant(), id);
        RuleDefinition definition = definitionOf(exchange.body(NewRule.class).definition());
        return answer(
                rules.change(
                        exchange.caller(),
                        id,
                        exchange.header("If-Match"),
                        definition,
                        usable(exchange, id, definition)));
    }

    private Answer remove(Exchange exchange) {
        mustCoverTheTenant(exchange.caller());
        rules.remove(exchange.caller(), idOf(exchange.path("id")), exchange.header("If-Match"));
        return Answer.noContent();
    }

    /**
     * The full names of its signals, once it is known that the caller may see them and that the
     * rule can be applied with them.
     */
    private Map<String, String> usable(Exchange exchange, RuleId id, RuleDefinition definition) {
        Map<String, String> found =
                signals.resolve(
                        exchange.caller().tenant(),
                        definition.scope(),
                        CompiledRule.namesIn(definition));
        view.mustSee(exchange.caller(), Set.copyOf(found.values()));
        var _ =
                CompiledRule.of(
                        new RuleFact(exchange.caller().tenant(), id, 0, false, definition, found));
        return found;
    }

    static RuleDefinition definitionOf(@Nullable RuleDefinition definition) {
        if (definition == null) {
            throw new ProblemException(
                    ErrorCode.INVALID_REQUEST, "body: member 'definition' is required");
        }
        return definition;
    }

    /** What cannot be a rule's id is none's. */
    static RuleId idOf(String text) {
        try {
            return new RuleId(text);
        } catch (InvalidValueException wrong) {
            throw new InvalidValueException(ErrorCode.RULE_UNKNOWN, "rule", text, "does not exist");
        }
    }

    private static void mustCoverTheTenant(Caller caller) {
        caller.mustCoverTenant("a rule");
    }

    private static Answer answer(SavedRule rule) {
        return Answer.ok(RuleBody.of(rule)).with("ETag", rule.etag());
    }
}
