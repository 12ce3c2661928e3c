/** Compact JWS, signed and verified with the JDK. */
@NullMarked
package dev.driveline.runtime.jws;

import org.jspecify.annotations.NullMarked;
