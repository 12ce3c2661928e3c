/** Sessions that outlive their connections, as every gateway remembers them. */
@NullMarked
package dev.driveline.gateway.session;

import org.jspecify.annotations.NullMarked;
