/** Commands: their life as a pure machine, their types, when they are dispatched. */
@NullMarked
package dev.driveline.command.command;

import org.jspecify.annotations.NullMarked;
