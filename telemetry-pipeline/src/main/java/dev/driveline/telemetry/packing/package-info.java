/** Compact bytes: variable-length integers and their zig-zag form. */
@NullMarked
package dev.driveline.telemetry.packing;

import org.jspecify.annotations.NullMarked;
