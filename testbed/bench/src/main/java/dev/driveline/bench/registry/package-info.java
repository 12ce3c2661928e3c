/** The registry under load. */
@NullMarked
package dev.driveline.bench.registry;

import org.jspecify.annotations.NullMarked;
