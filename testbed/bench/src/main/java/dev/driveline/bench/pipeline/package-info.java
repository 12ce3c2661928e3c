/** The pipeline measured: from Kafka to PostgreSQL, and the questions after. */
@NullMarked
package dev.driveline.bench.pipeline;

import org.jspecify.annotations.NullMarked;
