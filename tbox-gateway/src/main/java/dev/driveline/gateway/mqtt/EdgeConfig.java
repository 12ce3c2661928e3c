package dev.driveline.gateway.mqtt;

import dev.driveline.gateway.link.Limits;
import dev.driveline.runtime.settings.Settings;
import java.nio.file.Path;

/**
 * Where vehicles connect.
 *
 * @param port MQTT over TLS; 0 for any free one
 * @param webSocketPort MQTT over WebSocket over TLS, path {@code /mqtt}; 0 for any free one
 * @param certificate the server's chain in PEM, the leaf first
 * @param key its private key in PEM (PKCS#8)
 * @param maxSessions more are answered 0x97 (3.1.1: 0x03)
 * @param maxPacketBytes a larger MQTT packet closes its connection
 */
public record EdgeConfig(
        String host,
        int port,
        int webSocketPort,
        Path certificate,
        Path key,
        int maxSessions,
        int maxPacketBytes,
        Limits limits) {

    static final int MIN_KEEP_ALIVE_S = 1;
    static final int MAX_KEEP_ALIVE_S = 1_200;

    public static EdgeConfig from(Settings settings) {
        return new EdgeConfig(
                settings.text("mqtt.host", "0.0.0.0"),
                settings.port("mqtt.port", 8883),
                settings.port("mqtt.websocket-port", 8884),
                Path.of(settings.required("mqtt.tls.certificate")),
                Path.of(settings.required("mqtt.tls.key")),
                settings.integer("gateway.max-sessions", 18_000, 1, 10_000_000),
                settings.integer("mqtt.max-packet-bytes", 80 * 1024, 1_024, 1024 * 1024),
                Limits.STATED);
    }
}
