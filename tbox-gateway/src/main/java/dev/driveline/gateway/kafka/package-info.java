/** The Kafka shell. */
@NullMarked
package dev.driveline.gateway.kafka;

import org.jspecify.annotations.NullMarked;
