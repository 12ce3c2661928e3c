/** The vehicle registry: who is who, and who may no longer. */
@NullMarked
package dev.driveline.registry;

import org.jspecify.annotations.NullMarked;
