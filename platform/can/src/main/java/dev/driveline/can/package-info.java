/** CAN databases and frames: parse, compile, decode, encode. Pure JDK. */
@NullMarked
package dev.driveline.can;

import org.jspecify.annotations.NullMarked;
