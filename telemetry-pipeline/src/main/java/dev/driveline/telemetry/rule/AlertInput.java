package dev.driveline.telemetry.rule;

import dev.driveline.contract.alert.ClearReason;

/** What happens to a rule and a vehicle. */
sealed interface AlertInput {

    /** Signals changed: whether the rule's condition is met now, and whether the one of its end. */
    record Judged(long tUs, Truth raise, Truth clear) implements AlertInput {}

    /** Nothing more was heard for as long as the rule bears; since that time it is over. */
    record Silent(long atUs) implements AlertInput {}

    /** The rule is not for this vehicle any more, or is another one now. */
    record Withdrawn(long atUs, ClearReason reason) implements AlertInput {}
}
