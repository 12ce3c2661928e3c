/**
 * One vehicle's connection as a machine without input or output, from its CONNECT to its end; see
 * {@link dev.driveline.gateway.link.Link}.
 */
@NullMarked
package dev.driveline.gateway.link;

import org.jspecify.annotations.NullMarked;
