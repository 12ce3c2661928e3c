/** Who calls, and what the caller may. */
@NullMarked
package dev.driveline.runtime.auth;

import org.jspecify.annotations.NullMarked;
