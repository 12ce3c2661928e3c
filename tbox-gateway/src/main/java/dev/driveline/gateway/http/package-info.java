/** The gateway's own routes on the admin port. */
@NullMarked
package dev.driveline.gateway.http;

import org.jspecify.annotations.NullMarked;
