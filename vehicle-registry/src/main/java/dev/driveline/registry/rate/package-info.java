/** How often something may be asked for. */
@NullMarked
package dev.driveline.registry.rate;

import org.jspecify.annotations.NullMarked;
