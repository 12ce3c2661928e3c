/** The registry's REST routes. */
@NullMarked
package dev.driveline.registry.http;

import org.jspecify.annotations.NullMarked;
