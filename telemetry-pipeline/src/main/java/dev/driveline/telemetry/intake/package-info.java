/** A batch's way from bytes to samples: a pure step a batch. */
@NullMarked
package dev.driveline.telemetry.intake;

import org.jspecify.annotations.NullMarked;
