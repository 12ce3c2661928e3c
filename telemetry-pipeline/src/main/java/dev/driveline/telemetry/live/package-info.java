/** Samples as they arrive, and the place from which a listener goes on. */
@NullMarked
package dev.driveline.telemetry.live;

import org.jspecify.annotations.NullMarked;
