package dev.driveline.telemetry.stream;

import dev.driveline.telemetry.rule.RuleBook;

/** What the rules of a topology need. */
public record RuleStage(RuleBook book, RuleMetrics metrics) {}
