/** In which order and how fast the links of a gateway are closed. */
@NullMarked
package dev.driveline.gateway.drain;

import org.jspecify.annotations.NullMarked;
