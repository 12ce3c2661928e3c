package dev.driveline.telemetry.rule;

import dev.driveline.contract.alert.AlertEvent;
import dev.driveline.contract.alert.AlertStep;
import dev.driveline.contract.alert.ClearReason;
import dev.driveline.contract.id.Vin;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;

/**
 * Events of alerts. An alert's id follows from tenant, rule, vehicle and the time at which it was
 * raised, so that what is computed twice is told alike.
 */
public final class AlertIds {

    private static final int SHAPE = 1;

    private AlertIds() {}

    public static UUID of(RuleFact rule, Vin vin, long raisedUs) {
        return named(rule.key() + "/" + vin + "/" + raisedUs);
    }

    /** An id of the event itself. */
    public static UUID of(AlertEvent event) {
        return named(event.alert() + "/" + event.step() + "/" + event.at());
    }

    /**
     * What goes to {@code telemetry.alerts}.
     *
     * @param rule the version under which the alert was raised, or a later one
     */
    public static AlertEvent event(
            RuleFact rule,
            long raisedByVersion,
            Vin vin,
            AlertEffect effect,
            Map<String, Double> values) {
        AlertStep step =
                switch (effect) {
                    case AlertEffect.Raise _ -> AlertStep.RAISED;
                    case AlertEffect.Update _ -> AlertStep.UPDATED;
                    case AlertEffect.Clear _ -> AlertStep.CLEARED;
                };
        ClearReason reason = effect instanceof AlertEffect.Clear clear ? clear.reason() : null;
        return new AlertEvent(
                SHAPE,
                of(rule, vin, effect.raisedUs()),
                rule.tenant(),
                vin,
                rule.id().value(),
                raisedByVersion,
                rule.definition().name(),
                rule.definition().severity(),
                step,
                instant(effect.atUs()),
                instant(effect.raisedUs()),
                values,
                reason);
    }

    private static Instant instant(long us) {
        return Instant.EPOCH.plus(us, ChronoUnit.MICROS);
    }

    private static UUID named(String text) {
        return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
