/** Enrolment over Secure Transport, RFC 7030. */
@NullMarked
package dev.driveline.registry.est;

import org.jspecify.annotations.NullMarked;
