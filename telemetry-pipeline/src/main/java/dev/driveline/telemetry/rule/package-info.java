/** Rules over a vehicle's signals, and the alerts that they raise. */
@NullMarked
package dev.driveline.telemetry.rule;

import org.jspecify.annotations.NullMarked;
