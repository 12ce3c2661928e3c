/** The offline command root, a tool for the machine that is never connected. */
@NullMarked
package dev.driveline.command.root;

import org.jspecify.annotations.NullMarked;
