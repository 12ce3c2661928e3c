/** The command service: what we ask of a vehicle. */
@NullMarked
package dev.driveline.command;

import org.jspecify.annotations.NullMarked;
