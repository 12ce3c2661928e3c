/** Which key signs what for whom: keys that vehicles obey, and that this service holds. */
@NullMarked
package dev.driveline.command.trust;

import org.jspecify.annotations.NullMarked;
