/** Which vehicle may use which topic. */
@NullMarked
package dev.driveline.gateway.acl;

import org.jspecify.annotations.NullMarked;
