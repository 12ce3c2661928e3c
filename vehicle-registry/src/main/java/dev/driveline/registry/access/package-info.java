/** Exceptions from what vehicles may publish and subscribe to. */
@NullMarked
package dev.driveline.registry.access;

import org.jspecify.annotations.NullMarked;
