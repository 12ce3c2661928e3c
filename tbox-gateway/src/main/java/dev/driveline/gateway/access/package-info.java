/** The exceptions that the registry publishes: anchors, revocations, suspensions. */
@NullMarked
package dev.driveline.gateway.access;

import org.jspecify.annotations.NullMarked;
