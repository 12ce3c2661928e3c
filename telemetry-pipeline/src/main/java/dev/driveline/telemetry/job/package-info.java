/** Work that a tenant orders and that goes on in the background, where it was left. */
@NullMarked
package dev.driveline.telemetry.job;

import org.jspecify.annotations.NullMarked;
