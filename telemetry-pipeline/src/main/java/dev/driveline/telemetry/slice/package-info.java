/** History as it is kept: one signal of one vehicle over ten minutes, as compressed columns. */
@NullMarked
package dev.driveline.telemetry.slice;

import org.jspecify.annotations.NullMarked;
