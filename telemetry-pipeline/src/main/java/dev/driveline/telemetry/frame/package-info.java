/** Frames as they were recorded: what is kept of them and how they are found. */
@NullMarked
package dev.driveline.telemetry.frame;

import org.jspecify.annotations.NullMarked;
