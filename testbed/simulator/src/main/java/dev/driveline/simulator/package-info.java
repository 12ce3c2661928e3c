/**
 * A TBox and a fleet of them: enrols, connects, sends what it drives or replays, executes commands.
 */
@NullMarked
package dev.driveline.simulator;

import org.jspecify.annotations.NullMarked;
