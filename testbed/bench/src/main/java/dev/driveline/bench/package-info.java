/** Load scenarios, with their results. */
@NullMarked
package dev.driveline.bench;

import org.jspecify.annotations.NullMarked;
