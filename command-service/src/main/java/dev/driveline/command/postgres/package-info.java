/** The tables of schema command. */
@NullMarked
package dev.driveline.command.postgres;

import org.jspecify.annotations.NullMarked;
