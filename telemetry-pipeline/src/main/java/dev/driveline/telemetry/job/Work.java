package dev.driveline.telemetry.job;

/**
 * A job that is taken.
 *
 * @param lease says that it is taken by this one
 */
public record Work<O, P, D>(Job<O, P, D> job, long lease) {}
