/** MQTT topics between vehicle and gateway. */
@NullMarked
package dev.driveline.contract.mqtt;

import org.jspecify.annotations.NullMarked;
