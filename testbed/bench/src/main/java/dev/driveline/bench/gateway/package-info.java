/** The gateway beside its peers, and the gateway with its servers killed under it. */
@NullMarked
package dev.driveline.bench.gateway;

import org.jspecify.annotations.NullMarked;
