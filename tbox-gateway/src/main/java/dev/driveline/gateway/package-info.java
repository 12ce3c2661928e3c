/** The gateway: MQTT in, Kafka out; Kafka in, MQTT out. No database. */
@NullMarked
package dev.driveline.gateway;

import org.jspecify.annotations.NullMarked;
