/**
 * What tests of every module share: certificates, seeded trials, waiting, a clock, one Kafka and
 * one PostgreSQL a test JVM, and the way to the recorded drives.
 *
 * <p>System properties: {@code driveline.containers=true} takes Kafka and PostgreSQL from
 * containers; {@code driveline.seed=N} runs one trial again; {@code driveline.testData} (or the
 * environment's {@code DRIVELINE_TEST_DATA}) names the folder of recorded drives.
 */
@NullMarked
package dev.driveline.testkit;

import org.jspecify.annotations.NullMarked;
