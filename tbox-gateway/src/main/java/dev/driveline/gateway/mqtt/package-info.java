/** The MQTT shell, on vertx-mqtt. */
@NullMarked
package dev.driveline.gateway.mqtt;

import org.jspecify.annotations.NullMarked;
