/** The issuing authority, requests and certificate formats; the only place with BouncyCastle. */
@NullMarked
package dev.driveline.registry.x509;

import org.jspecify.annotations.NullMarked;
