/** TLS under the listeners: admission, certificate, tickets, what became of each handshake. */
@NullMarked
package dev.driveline.gateway.tls;

import org.jspecify.annotations.NullMarked;
