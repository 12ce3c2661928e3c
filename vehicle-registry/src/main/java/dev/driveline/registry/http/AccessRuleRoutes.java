package dev.driveline.registry.http;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.TopicFilter;
import dev.driveline.contract.registry.AccessRule.State;
import dev.driveline.contract.registry.AccessRule.TopicException;
import dev.driveline.contract.registry.AccessRule.TopicException.Action;
import dev.driveline.contract.registry.AccessRule.TopicException.Effect;
import dev.driveline.registry.access.TopicRule;
import dev.driveline.registry.access.TopicRules;
import dev.driveline.runtime.auth.Scope;
import dev.driveline.runtime.rest.Answer;
import dev.driveline.runtime.rest.Exchange;
import dev.driveline.runtime.rest.Route;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/access-rules}: topics that vehicles may not use, and a dry run. */
public final class AccessRuleRoutes {

    private static final String PATH = "/api/v1/access-rules";

    private final TopicRules rules;
    private final Clock clock;

    public AccessRuleRoutes(TopicRules rules, Clock clock) {
        this.rules = rules;
        this.clock = clock;
    }

    private record NewRule(
            @Nullable String scope,
            @Nullable String subject,
            @Nullable String action,
            @Nullable String effect,
            @Nullable String filter,
            @Nullable String reason) {}

    private record Question(
            @Nullable String vin, @Nullable String action, @Nullable String topic) {}

    /**
     * @param decidedBy TEMPLATE, VEHICLE or TENANT
     * @param rules those that say so; none where the template does
     */
    private record Verdict(boolean allowed, String decidedBy, String why, List<TopicRule> rules) {}

    public List<Route> routes() {
        return List.of(
                Route.post(PATH, Scope.REGISTRY_WRITE, this::add),
                Route.get(PATH, Scope.REGISTRY_READ, this::list),
                Route.get(PATH + "/{id}", Scope.REGISTRY_READ, this::get),
                Route.delete(PATH + "/{id}", Scope.REGISTRY_WRITE, this::remove),
                Route.post(PATH + ":evaluate", Scope.REGISTRY_READ, this::evaluate));
    }

    private Answer add(Exchange exchange) {
        NewRule body = exchange.body(NewRule.class);
        TenantId tenant = exchange.caller().tenant();
        TopicRule.Scope scope =
                Requests.oneOf(
                        TopicRule.Scope.class, Requests.required(body.scope(), "scope"), "scope");
        String subject =
                scope == TopicRule.Scope.TENANT
                        ? tenant.value()
                        : Requests.required(body.subject(), "subject");
        if (scope == TopicRule.Scope.VIN) {
            exchange.caller().mustCover(Vin.of(subject));
        } else {
            Requests.mustCoverTheTenant(exchange);
        }
        String reason = Requests.text(body.reason(), "reason");
        TopicRule rule =
                new TopicRule(
                        UUID.randomUUID(),
                        scope,
                        subject,
                        action(body.action()),
                        Requests.oneOf(
                                Effect.class, Requests.required(body.effect(), "effect"), "effect"),
                        TopicFilter.of(Requests.required(body.filter(), "filter")),
                        reason,
                        clock.instant());
        mustBeSound(rule, tenant);
        rules.add(tenant, rule);
        return Answer.created(PATH + "/" + rule.id(), rules.get(tenant, rule.id()));
    }

    /** As the gateways will see it; for a model any vehicle stands for all. */
    private static void mustBeSound(TopicRule rule, TenantId tenant) {
        boolean all = rule.scope() == TopicRule.Scope.TENANT;
        Vin one =
                rule.scope() == TopicRule.Scope.VIN
                        ? Vin.of(rule.subject())
                        : Vin.of("WDRVL000000000000");
        var _ =
                new TopicException(
                        0,
                        State.IN_FORCE,
                        all ? null : one,
                        all ? tenant : null,
                        rule.action(),
                        rule.effect(),
                        rule.filter());
    }

    private Answer list(Exchange exchange) {
        int limit = Requests.limit(exchange);
        List<TopicRule> found =
                rules.list(exchange.caller().tenant(), Requests.cursor(exchange), limit + 1);
        return Answer.ok(Page.of(found, limit, rule -> rule.id().toString()));
    }

    private Answer get(Exchange exchange) {
        return Answer.ok(rules.get(exchange.caller().tenant(), id(exchange)));
    }

    private Answer remove(Exchange exchange) {
        TenantId tenant = exchange.caller().tenant();
        TopicRule rule = rules.get(tenant, id(exchange));
        if (rule.scope() == TopicRule.Scope.VIN) {
            exchange.caller().mustCover(Vin.of(rule.subject()));
        } else {
            Requests.mustCoverTheTenant(exchange);
        }
        rules.remove(tenant, rule.id());
        return Answer.noContent();
    }

    private Answer evaluate(Exchange exchange) {
        Question body = exchange.body(Question.class);
        Vin vin = Vin.of(Requests.required(body.vin(), "vin"));
        exchange.caller().mustCover(vin);
        Action action = action(body.action());
        String topic = Requests.required(body.topic(), "topic");
        TopicRules.Evaluation found =
                rules.evaluate(exchange.caller().tenant(), vin, action, topic);
        TopicException by = found.ruling().by();
        boolean allowed = found.ruling().allowed();
        String own = "v1/" + vin + (action == Action.PUBLISH ? "/up/" : "/down/");
        return Answer.ok(
                new Verdict(
                        allowed,
                        by == null ? "TEMPLATE" : by.vin() == null ? "TENANT" : "VEHICLE",
                        by == null
                                ? allowed
                                        ? "it is one of its own topics below " + own
                                        : "it is none of the topics below " + own
                                : by.effect() + " " + by.action() + " " + by.filter(),
                        found.rules()));
    }

    private static Action action(@Nullable String text) {
        return Requests.oneOf(Action.class, Requests.required(text, "action"), "action");
    }

    private static UUID id(Exchange exchange) {
        try {
            return UUID.fromString(exchange.path("id"));
        } catch (IllegalArgumentException wrong) {
            throw new InvalidValueException(
                    ErrorCode.ACCESS_RULE_UNKNOWN,
                    "access rule",
                    exchange.path("id"),
                    "does not exist");
        }
    }
}
