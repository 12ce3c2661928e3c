/** Presence, replies and reports in; downlinks out. */
@NullMarked
package dev.driveline.command.kafka;

import org.jspecify.annotations.NullMarked;
