/** Identities that cross a process border, as types. */
@NullMarked
package dev.driveline.contract.id;

import org.jspecify.annotations.NullMarked;
