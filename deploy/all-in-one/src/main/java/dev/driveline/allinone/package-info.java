/**
 * The whole platform in one process, for a first look, for development and for tests across
 * services.
 */
@NullMarked
package dev.driveline.allinone;

import org.jspecify.annotations.NullMarked;
