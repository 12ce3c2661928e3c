/** Where vehicles are, for a map. */
@NullMarked
package dev.driveline.telemetry.position;

import org.jspecify.annotations.NullMarked;
