/** Fleets: vehicles that a tenant names one by one, or by their labels. */
@NullMarked
package dev.driveline.registry.fleet;

import org.jspecify.annotations.NullMarked;
