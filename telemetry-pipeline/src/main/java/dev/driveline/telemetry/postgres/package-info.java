/** The telemetry schema in PostgreSQL. */
@NullMarked
package dev.driveline.telemetry.postgres;

import org.jspecify.annotations.NullMarked;
