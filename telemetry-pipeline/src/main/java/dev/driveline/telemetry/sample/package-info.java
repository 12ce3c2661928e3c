/** Decoded samples: their order, their columns, and where they are kept and found. */
@NullMarked
package dev.driveline.telemetry.sample;

import org.jspecify.annotations.NullMarked;
