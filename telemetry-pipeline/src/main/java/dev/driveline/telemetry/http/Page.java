package dev.driveline.telemetry.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param next the {@code cursor} of the page behind it; absent at the end
 */
record Page<T>(List<T> items, @Nullable String next) {}
