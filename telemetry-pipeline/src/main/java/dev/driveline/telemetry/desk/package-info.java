/** Tools for the engineer at the desk: decode a log, check a DBC file. */
@NullMarked
package dev.driveline.telemetry.desk;

import org.jspecify.annotations.NullMarked;
