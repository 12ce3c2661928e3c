/** Configuration documents: namespaces, what differs. */
@NullMarked
package dev.driveline.command.config;

import org.jspecify.annotations.NullMarked;
