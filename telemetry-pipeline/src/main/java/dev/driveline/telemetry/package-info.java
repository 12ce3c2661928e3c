/** What a vehicle tells us: decoded, deduplicated, stored, queried, streamed. */
@NullMarked
package dev.driveline.telemetry;

import org.jspecify.annotations.NullMarked;
