/** How long what is stored of a tenant is kept. */
@NullMarked
package dev.driveline.telemetry.retention;

import org.jspecify.annotations.NullMarked;
