/** Connections to Kafka and the check of its topics. */
@NullMarked
package dev.driveline.runtime.kafka;

import org.jspecify.annotations.NullMarked;
