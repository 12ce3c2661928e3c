/** The registry's tables, and what is published with each change. */
@NullMarked
package dev.driveline.registry.postgres;

import org.jspecify.annotations.NullMarked;
