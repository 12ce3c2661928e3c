package dev.driveline.registry.access;

import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.AccessRule.TopicException.Action;
import dev.driveline.contract.registry.TopicRuling;
import java.util.List;
import java.util.UUID;

/** The rules of all tenants. Thread-safe. */
public interface TopicRules {

    /**
     * Puts a rule in force; the gateways hear of it in the same transaction.
     *
     * @throws dev.driveline.contract.error.InvalidValueException VEHICLE_UNKNOWN, MODEL_UNKNOWN,
     *     ALREADY_EXISTS
     */
    void add(TenantId tenant, TopicRule rule);

    /**
     * Takes it away.
     *
     * @throws dev.driveline.contract.error.InvalidValueException ACCESS_RULE_UNKNOWN
     */
    void remove(TenantId tenant, UUID id);

    /**
     * @throws dev.driveline.contract.error.InvalidValueException ACCESS_RULE_UNKNOWN
     */
    TopicRule get(TenantId tenant, UUID id);

    /** By id. {@code after}: the id after which the page begins; empty for the first. */
    List<TopicRule> list(TenantId tenant, String after, int limit);

    /** What was decided, and the rules that made it so. */
    record Evaluation(TopicRuling ruling, List<TopicRule> rules) {}

    /**
     * What the gateways say to a vehicle that wants to use a topic.
     *
     * @throws dev.driveline.contract.error.InvalidValueException VEHICLE_UNKNOWN
     */
    Evaluation evaluate(TenantId tenant, Vin vin, Action action, String topic);
}
