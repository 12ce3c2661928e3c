/** Events of vehicles and about them, and the trouble codes that they tell. */
@NullMarked
package dev.driveline.telemetry.event;

import org.jspecify.annotations.NullMarked;
