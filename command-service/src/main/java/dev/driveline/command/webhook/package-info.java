/** What outsiders are told of, how it is signed, and when it is tried again. */
@NullMarked
package dev.driveline.command.webhook;

import org.jspecify.annotations.NullMarked;
