/** What goes to Kafka, and how much of it may wait. */
@NullMarked
package dev.driveline.gateway.uplink;

import org.jspecify.annotations.NullMarked;
