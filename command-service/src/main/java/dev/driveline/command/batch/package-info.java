/** One command for many vehicles: how fast, how many at once, and when to stop. */
@NullMarked
package dev.driveline.command.batch;

import org.jspecify.annotations.NullMarked;
