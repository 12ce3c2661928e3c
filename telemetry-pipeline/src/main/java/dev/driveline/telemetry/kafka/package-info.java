/** Kafka without Streams: registry facts, the writer into the store, the live tail. */
@NullMarked
package dev.driveline.telemetry.kafka;

import org.jspecify.annotations.NullMarked;
