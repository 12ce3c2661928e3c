/** Certificates of vehicles: enrolment, revocation, authorities. */
@NullMarked
package dev.driveline.registry.certificate;

import org.jspecify.annotations.NullMarked;
