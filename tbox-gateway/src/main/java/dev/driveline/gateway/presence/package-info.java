/** Who owns a vehicle, as the log says it. */
@NullMarked
package dev.driveline.gateway.presence;

import org.jspecify.annotations.NullMarked;
