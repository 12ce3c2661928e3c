/** What was done, by whom and why, in chains of hashes. */
@NullMarked
package dev.driveline.command.audit;

import org.jspecify.annotations.NullMarked;
