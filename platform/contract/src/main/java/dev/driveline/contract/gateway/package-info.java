/** What the gateways and the command service tell each other. */
@NullMarked
package dev.driveline.contract.gateway;

import org.jspecify.annotations.NullMarked;
