/**
 * Kafka and PostgreSQL on this machine, data kept: for the all-in-one process and for tests.
 *
 * <p>{@link dev.driveline.embedded.EmbeddedKafka} runs in this process; {@link
 * dev.driveline.embedded.EmbeddedPostgresql} unpacks a server and runs it beside this process. Both
 * listen on the loopback address, hold a lock on their folder, and start again after a kill.
 */
@NullMarked
package dev.driveline.embedded;

import org.jspecify.annotations.NullMarked;
