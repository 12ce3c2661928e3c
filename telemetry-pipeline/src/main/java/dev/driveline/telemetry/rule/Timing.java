package dev.driveline.telemetry.rule;

/**
 * A rule's times, microseconds of vehicle time.
 *
 * @param holdUs how long the condition is true before the alert is raised
 * @param clearHoldUs how long it is over before the alert is cleared
 * @param coolDownUs after an alert is cleared, during which none is raised
 * @param silenceUs after which a vehicle that sends nothing of what the rule reads counts as no
 *     longer meeting it; 0 for never
 */
public record Timing(long holdUs, long clearHoldUs, long coolDownUs, long silenceUs) {}
