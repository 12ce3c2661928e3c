/** Kafka topics and record headers. */
@NullMarked
package dev.driveline.contract.kafka;

import org.jspecify.annotations.NullMarked;
