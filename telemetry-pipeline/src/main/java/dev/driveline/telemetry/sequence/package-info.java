/** Which batches of a boot were accepted, so that one sent again is known. */
@NullMarked
package dev.driveline.telemetry.sequence;

import org.jspecify.annotations.NullMarked;
