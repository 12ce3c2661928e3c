/** Commands: states, the signed envelope, a vehicle's answers. */
@NullMarked
package dev.driveline.contract.command;

import org.jspecify.annotations.NullMarked;
