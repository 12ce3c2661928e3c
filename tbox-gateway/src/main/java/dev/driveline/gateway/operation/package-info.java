/** What an operator sees of a gateway and may do to it. */
@NullMarked
package dev.driveline.gateway.operation;

import org.jspecify.annotations.NullMarked;
