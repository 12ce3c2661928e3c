/** Chains of certificates inside the TLS handshake. */
@NullMarked
package dev.driveline.gateway.x509;

import org.jspecify.annotations.NullMarked;
