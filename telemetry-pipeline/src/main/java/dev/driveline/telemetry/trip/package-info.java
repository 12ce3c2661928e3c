/** Trips and charging sessions, found in a vehicle's samples. */
@NullMarked
package dev.driveline.telemetry.trip;

import org.jspecify.annotations.NullMarked;
