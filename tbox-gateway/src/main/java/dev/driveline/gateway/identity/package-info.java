/** Who a certificate speaks for. */
@NullMarked
package dev.driveline.gateway.identity;

import org.jspecify.annotations.NullMarked;
