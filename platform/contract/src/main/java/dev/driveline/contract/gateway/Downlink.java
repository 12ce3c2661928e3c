package dev.driveline.contract.gateway;

import dev.driveline.contract.id.RunId;
import dev.driveline.contract.id.SessionId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.mqtt.DownTopic;
import java.time.Instant;

/**
 * A record of {@code gateway.downlink}: publish this to that session of yours at QoS 1.
 *
 * <p>The partition is the gateway's slot; a record that names another run is ignored.
 *
 * @param id what the reports name; for a command its command id
 * @param attempt from 1, rising for an id and session; the reports name it
 * @param payload what the vehicle gets, as UTF-8: a compact JWS or a JSON document
 * @param expiresAt after it nothing is published; MQTT 5 carries the rest as message expiry
 */
public record Downlink(
        Vin vin,
        String id,
        int attempt,
        RunId run,
        SessionId session,
        DownTopic topic,
        Instant expiresAt,
        String payload) {}
