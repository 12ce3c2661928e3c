/** The REST routes. */
@NullMarked
package dev.driveline.command.http;

import org.jspecify.annotations.NullMarked;
