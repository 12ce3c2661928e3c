/** What happened to a vehicle's connections, as the gateways told it. */
@NullMarked
package dev.driveline.registry.timeline;

import org.jspecify.annotations.NullMarked;
