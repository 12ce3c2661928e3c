/** Kafka Streams: the topology that turns batches into samples, exactly once. */
@NullMarked
package dev.driveline.telemetry.stream;

import org.jspecify.annotations.NullMarked;
