/** Measures the command service. */
@NullMarked
package dev.driveline.bench.command;

import org.jspecify.annotations.NullMarked;
