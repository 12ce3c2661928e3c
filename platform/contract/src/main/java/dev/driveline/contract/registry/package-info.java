/** Facts that the registry publishes. */
@NullMarked
package dev.driveline.contract.registry;

import org.jspecify.annotations.NullMarked;
