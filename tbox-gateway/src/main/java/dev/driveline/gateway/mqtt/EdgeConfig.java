package dev.driveline.gateway.mqtt;

import dev.driveline.gateway.drain.DrainPace;
import dev.driveline.gateway.link.Limits;
import dev.driveline.runtime.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where vehicles connect.
 *
 * @param port MQTT over TLS; 0 for any free one
 * @param webSocketPort MQTT over WebSocket over TLS, path {@code /mqtt}; 0 for any free one
 * @param certificate the server's chain in PEM, the leaf first
 * @param key its private key in PEM (PKCS#8)
 * @param maxSessions more are answered 0x97 (3.1.1: 0x03)
 * @param serverReference where vehicles are sent when this gateway drains; null for nowhere in
 *     particular
 * @param drain how fast it drains
 */
public record EdgeConfig(
        String host,
        int port,
        int webSocketPort,
        Path certificate,
        Path key,
        int maxSessions,
        @Nullable String serverReference,
        DrainPace drain,
        Limits limits) {

    /** With {@link DrainPace#STATED}. */
    public EdgeConfig(
            String host,
            int port,
            int webSocketPort,
            Path certificate,
            Path key,
            int maxSessions,
            @Nullable String serverReference,
            Limits limits) {
        this(
                host,
                port,
                webSocketPort,
                certificate,
                key,
                maxSessions,
                serverReference,
                DrainPace.STATED,
                limits);
    }

    public static EdgeConfig from(Settings settings) {
        return new EdgeConfig(
                settings.text("mqtt.host", "0.0.0.0"),
                settings.port("mqtt.port", 8883),
                settings.port("mqtt.websocket-port", 8884),
                Path.of(settings.required("mqtt.tls.certificate")),
                Path.of(settings.required("mqtt.tls.key")),
                settings.integer("gateway.max-sessions", 18_000, 1, 10_000_000),
                blankIsNone(settings.text("mqtt.server-reference", "")),
                drain(settings),
                limits(settings));
    }

    private static DrainPace drain(Settings settings) {
        DrainPace stated = DrainPace.STATED;
        Duration limit = settings.duration("gateway.drain-limit", stated.limit());
        if (limit.compareTo(DrainPace.LONGEST) > 0) {
            settings.problem("gateway.drain-limit", "at most " + DrainPace.LONGEST);
            limit = stated.limit();
        }
        return new DrainPace(
                settings.integer("gateway.drain-per-s", stated.perS(), 1, DrainPace.MOST_PER_S),
                limit);
    }

    private static Limits limits(Settings settings) {
        Limits stated = Limits.STATED;
        Limits.Rates rates = stated.rates();
        return new Limits(
                settings.integer("mqtt.window-packets", stated.windowPackets(), 1, 1_024),
                settings.integer("mqtt.window-bytes", stated.windowBytes(), 1_024, 16 << 20),
                settings.integer("mqtt.down-packets", stated.downPackets(), 1, 1_024),
                stated.topicAliases(),
                settings.integer("mqtt.max-subscriptions", stated.subscriptions(), 1, 1_000),
                settings.integer(
                        "mqtt.max-session-expiry-s",
                        (int) stated.maxSessionExpiryS(),
                        0,
                        365 * 24 * 3_600),
                settings.integer("mqtt.min-keep-alive-s", stated.minKeepAliveS(), 1, 65_535),
                settings.integer("mqtt.max-keep-alive-s", stated.maxKeepAliveS(), 1, 65_535),
                settings.integer("mqtt.max-packet-bytes", stated.maxPacketBytes(), 1_024, 1 << 20),
                stated.topicBytes(),
                new Limits.Rates(
                        settings.integer(
                                "mqtt.data-messages-per-s", rates.dataMessagesPerS(), 1, 1_000_000),
                        settings.integer(
                                "mqtt.data-bytes-per-s", rates.dataBytesPerS(), 1, 1 << 30),
                        settings.integer(
                                "mqtt.talk-messages-per-s", rates.talkMessagesPerS(), 1, 1_000_000),
                        settings.integer(
                                "mqtt.talk-bytes-per-s", rates.talkBytesPerS(), 1, 1 << 30),
                        rates.burstS()));
    }

    private static @Nullable String blankIsNone(String text) {
        return text.isBlank() ? null : text;
    }
}
