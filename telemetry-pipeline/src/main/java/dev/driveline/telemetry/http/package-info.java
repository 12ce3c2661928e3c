/** REST and event streams over samples. */
@NullMarked
package dev.driveline.telemetry.http;

import org.jspecify.annotations.NullMarked;
