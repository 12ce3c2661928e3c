package dev.driveline.contract.alert;

/** Why an alert is cleared. */
public enum ClearReason {
    /** What the rule asks for is no longer so. */
    CONDITION,
    /** The vehicle sends nothing more of what the rule reads. */
    SILENCE,
    RULE_CHANGED,
    RULE_DELETED,
    RULE_DISABLED,
    /** The rule is not for this vehicle any more. */
    OUT_OF_SCOPE
}
