/** What many vehicles come to: who is there, and how a value spreads over them. */
@NullMarked
package dev.driveline.telemetry.fleet;

import org.jspecify.annotations.NullMarked;
