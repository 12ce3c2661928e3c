/** What the registry says, as far as decoding and access need it. */
@NullMarked
package dev.driveline.telemetry.fact;

import org.jspecify.annotations.NullMarked;
