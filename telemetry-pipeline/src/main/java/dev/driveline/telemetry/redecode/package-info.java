/** Frames that are kept, decoded again with another catalogue. */
@NullMarked
package dev.driveline.telemetry.redecode;

import org.jspecify.annotations.NullMarked;
