/** Vehicles and their TBoxes. */
@NullMarked
package dev.driveline.registry.vehicle;

import org.jspecify.annotations.NullMarked;
